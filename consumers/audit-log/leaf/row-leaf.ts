import { hashLeaf } from '../tree/hashing.ts'
import { type ColumnType, coordinateColumns, groupColumns, plainColumns, repeatColumns } from './columns.ts'
import { commitmentOf, type FieldGroup } from './commitment.ts'
import type { FieldValue } from './field-bytes.ts'
import { leafBytes } from './leaf.ts'
import type { LeafKind } from './leaf-kind.ts'

/** A value of a column: a UUID as text, a time in milliseconds since 1970, everything else as it is. */
export type ColumnValue = FieldValue

/** A row of audit_log.events or audit_log.repeats, by names of columns. A column that is missing is null. */
export type RowValues = Readonly<Record<string, ColumnValue | undefined>>

/** One salt or one commitment for each group. */
export type PerGroup = Readonly<Record<FieldGroup, Buffer>>

type Columns = readonly (readonly [name: string, type: ColumnType])[]

const plain: Columns = Object.entries(plainColumns)
const repeat: Columns = Object.entries(repeatColumns)
const coordinates: Columns = Object.entries(coordinateColumns)
const groups = {
  identity: Object.entries(groupColumns.identity),
  content: Object.entries(groupColumns.content),
  raw: Object.entries(groupColumns.raw),
} satisfies Readonly<Record<FieldGroup, Columns>>

/** The commitment to the values of one group of a row. */
export const rowCommitment = (group: FieldGroup, row: RowValues, salt: Buffer): Buffer =>
  commitmentOf(group, salt, valuesOf(groups[group], row))

/** The commitments to the values of a row. */
export const rowCommitments = (row: RowValues, salts: PerGroup): PerGroup => ({
  identity: rowCommitment('identity', row, salts.identity),
  content: rowCommitment('content', row, salts.content),
  raw: rowCommitment('raw', row, salts.raw),
})

/** The hash of the leaf of a row. A row that is older than the tree has the kind `seal`. */
export const rowLeafHash = (
  kind: 'event' | 'seal',
  row: RowValues,
  { identity, content, raw }: PerGroup,
): Buffer => hashLeaf(leafBytes(kind, valuesOf(plain, row), [identity, content, raw]))

/** The hash of the leaf of a repeat. */
export const repeatLeafHash = (row: RowValues): Buffer => hashLeaf(leafBytes('repeat', valuesOf(repeat, row)))

/** What the log says about itself. */
export type StatementKind = Exclude<LeafKind, 'event' | 'seal' | 'repeat' | 'dead_letter'>

/** The hash of the leaf of a statement. Its columns are those of a repeat, and then the content. */
export const statementLeafHash = (kind: StatementKind, row: RowValues): Buffer =>
  hashLeaf(leafBytes(kind, [...valuesOf(repeat, row), row.content ?? null]))

/** The hash of the leaf of a dead letter. */
export const deadLetterLeafHash = (row: RowValues): Buffer =>
  hashLeaf(leafBytes('dead_letter', valuesOf(coordinates, row)))

const valuesOf = (columns: Columns, row: RowValues): FieldValue[] =>
  columns.map(([name, type]) => {
    const value = row[name] ?? null
    return type === 'uuid' && typeof value === 'string' ? bytesOfUuid(value) : value
  })

const bytesOfUuid = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')
