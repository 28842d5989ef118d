import { to as copyTo } from 'pg-copy-streams'
import type { Connection } from '../../../lib/database.ts'

/** The values of one row as PostgreSQL sends them in binary; null where the value is null. */
export type Tuple = readonly (Buffer | null)[]

/** The signature, the flags, and the length of an extension, which is 0. */
const headerSize = 19

/**
 * Reads the rows of a query with a binary COPY, many at a time.
 * https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
 */
export async function* copyRows(client: Connection, query: string): AsyncGenerator<Tuple[]> {
  let rest: Buffer = Buffer.alloc(0)
  let isHeaderRead = false
  for await (const chunk of client.query(copyTo(`copy (${query}) to stdout (format binary)`))) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    if (!isHeaderRead) {
      if (rest.length < headerSize) continue
      rest = rest.subarray(headerSize)
      isHeaderRead = true
    }
    const { tuples, used } = parseTuples(rest)
    rest = rest.subarray(used)
    if (tuples.length > 0) yield tuples
  }
}

const parseTuples = (bytes: Buffer): { tuples: Tuple[]; used: number } => {
  const tuples: Tuple[] = []
  let used = 0
  for (;;) {
    const tuple = parseTuple(bytes, used)
    if (tuple === undefined) return { tuples, used }
    used = tuple.end
    if (tuple.values !== undefined) tuples.push(tuple.values)
  }
}

/** @returns undefined if the bytes end within the tuple; no values for the mark of the end */
const parseTuple = (bytes: Buffer, start: number): { values?: Tuple; end: number } | undefined => {
  if (start + 2 > bytes.length) return undefined
  const count = bytes.readInt16BE(start)
  let at = start + 2
  if (count < 0) return { end: at }
  const values: (Buffer | null)[] = []
  for (let field = 0; field < count; field++) {
    if (at + 4 > bytes.length) return undefined
    const length = bytes.readInt32BE(at)
    at += 4
    if (length < 0) {
      values.push(null)
      continue
    }
    if (at + length > bytes.length) return undefined
    values.push(bytes.subarray(at, at + length))
    at += length
  }
  return { values, end: at }
}
