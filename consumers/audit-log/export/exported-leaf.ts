import { isUtf8 } from 'node:buffer'
import {
  type ColumnType,
  coordinateColumns,
  groupColumns,
  plainColumns,
  repeatColumns,
} from '../leaf/columns.ts'
import { leafKinds } from '../leaf/leaf-kind.ts'
import type { Tuple } from '../verify/copy-rows.ts'
import { groups, layout } from '../verify/leaf-query.ts'
import { type StoredLeaf, toStoredLeaf } from '../verify/stored-leaf.ts'

/**
 * A leaf of the tree with its row, as an export has it: columns by their names, times as ISO 8601, and bytes
 * in base64. A body that is UTF-8 is in `raw`, any other one in `raw_base64`.
 */
export type ExportedLeaf = Readonly<Record<string, string | number | null>>

/** The columns of a tuple behind its head, in their order. */
const columns: readonly (readonly [string, ColumnType])[] = [
  ...Object.entries(plainColumns),
  ...groups.flatMap((group) => Object.entries(groupColumns[group])),
  ...groups.map((group) => [`${group}_salt`, 'bytes'] as const),
  ...groups.map((group) => [`${group}_commitment`, 'bytes'] as const),
]

/** How many of the columns belong to a leaf. Its hash covers no others. */
const countOf = ({ kind, has }: Pick<StoredLeaf, 'kind' | 'has'>): number => {
  if (kind === 'event' || kind === 'seal') return has.event ? columns.length : 0
  return Object.keys(kind === 'dead_letter' ? coordinateColumns : repeatColumns).length
}

/** @returns undefined for a row that no leaf names: it is not a part of the log */
export const exportLeaf = (tuple: Tuple): ExportedLeaf | undefined => {
  const { index, kind, hash, content, has } = toStoredLeaf(tuple)
  if (index === undefined || kind === undefined) return undefined
  const count = countOf({ kind, has })
  const values = columns.map(([name, type], at) =>
    shown(name, type, (at < count && tuple[layout.plain + at]) || null),
  )
  return {
    leaf_index: index,
    kind,
    leaf_hash: hash?.toString('base64') ?? null,
    ...(content === null ? {} : { content: content.toString() }),
    ...Object.fromEntries(values),
  }
}

type Shown = readonly [name: string, value: string | number | null]

const shown = (name: string, type: ColumnType, value: Buffer | null): Shown => {
  if (value === null) return [name, null]
  switch (type) {
    case 'number':
      return [name, Number(value.readBigInt64BE())]
    case 'time':
      return [name, new Date(Number(value.readBigInt64BE())).toISOString()]
    case 'uuid':
      return [name, value.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')]
    case 'text':
      return [name, value.toString()]
    case 'bytes':
      if (name !== 'raw') return [name, value.toString('base64')]
      return isUtf8(value) ? [name, value.toString()] : ['raw_base64', value.toString('base64')]
  }
}

/**
 * The leaf of a line of an export, as the database would have it. What the line says beyond that is in no
 * hash, so compare the line with what `exportLeaf` makes of the result.
 */
export const importLeaf = (leaf: ExportedLeaf): StoredLeaf => {
  const index = bytesOf('number', leaf.leaf_index)
  const is = (...kinds: unknown[]) => (kinds.includes(leaf.kind) ? index : null)
  const kind = leafKinds[leaf.kind as keyof typeof leafKinds] ?? 0
  const isStatement = is('event', 'seal', 'repeat', 'dead_letter') === null
  const head = [
    // The row of an event that was dropped with its month has no columns.
    ...[index, leaf.delivery_id === null ? null : is('event', 'seal')],
    ...[bytesOf('number', kind), bytesOf('bytes', leaf.leaf_hash)],
    ...[is('repeat'), is('dead_letter'), isStatement ? index : null, bytesOf('text', leaf.content)],
    // An export has one place of a record in Kafka, not two that could differ.
    Buffer.of(1),
    Buffer.of(1),
  ]
  const values = columns.map(([name, type]) =>
    name === 'raw' && typeof leaf.raw_base64 === 'string'
      ? Buffer.from(leaf.raw_base64, 'base64')
      : bytesOf(name === 'raw' ? 'text' : type, leaf[name]),
  )
  return toStoredLeaf([...head, ...values])
}

const bytesOf = (type: ColumnType, value: string | number | null | undefined): Buffer | null => {
  if (value === null || value === undefined) return null
  switch (type) {
    case 'number':
      return bigintBytes(BigInt(Math.trunc(Number(value) || 0)))
    case 'time':
      return bigintBytes(BigInt(Date.parse(String(value)) || 0))
    case 'uuid':
      return Buffer.from(String(value).replaceAll('-', ''), 'hex')
    case 'text':
      return Buffer.from(String(value))
    case 'bytes':
      return Buffer.from(String(value), 'base64')
  }
}

const bigintBytes = (value: bigint): Buffer => {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64BE(value)
  return bytes
}
