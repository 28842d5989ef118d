import type pg from 'pg'
import { leafKinds } from '../../../consumers/audit-log/leaf/leaf-kind.ts'
import {
  deadLetterLeafHash,
  type RowValues,
  repeatLeafHash,
  rowCommitments,
  rowLeafHash,
  type StatementKind,
  statementLeafHash,
} from '../../../consumers/audit-log/leaf/row-leaf.ts'

type Row = Record<string, unknown>

/** Recomputes the leaf hashes from the stored values, in the order of the tree. */
export const recomputeLeaves = async (client: pg.Pool | pg.Client): Promise<Buffer[]> => {
  const read = async (table: string) => (await client.query(`select * from audit_log.${table}`)).rows as Row[]
  const hashes: Buffer[] = []
  const put = (row: Row, hash: Buffer) => {
    hashes[Number(row.leaf_index)] = hash
  }
  for (const row of await read('events')) {
    const values = valuesOf(row)
    const salts = buffersOf(row, 'salt')
    put(row, rowLeafHash(row.sealed_at === null ? 'event' : 'seal', values, rowCommitments(values, salts)))
  }
  for (const row of await read('repeats')) put(row, repeatLeafHash(valuesOf(row)))
  for (const row of await read('dead_letters')) put(row, deadLetterLeafHash(valuesOf(row)))
  const kindOf = new Map((await read('leaves')).map(({ index, kind }) => [index, kind]))
  for (const row of await read('statements')) {
    const kind = Object.entries(leafKinds).find(([, number]) => number === kindOf.get(row.leaf_index))?.[0]
    put(row, statementLeafHash(kind as StatementKind, valuesOf(row)))
  }
  return hashes
}

export const buffersOf = (row: Row, name: string) => ({
  identity: row[`identity_${name}`] as Buffer,
  content: row[`content_${name}`] as Buffer,
  raw: row[`raw_${name}`] as Buffer,
})

const bigintColumns = /_(id|iid|offset|partition)$/
const textIds = ['topic_id', 'delivery_id', 'fact_id']

/** The driver gives a bigint as text, and a time as a Date. */
export const valuesOf = (row: Row): RowValues =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (value instanceof Date) return [name, value.getTime()]
      const isNumber = bigintColumns.test(name) && !textIds.includes(name) && value !== null
      return [name, isNumber ? Number(value) : (value as string | Buffer | null)]
    }),
  )
