import { isUtf8 } from 'node:buffer'

/** A row as the database driver returns it. */
export type StoredRow = Readonly<Record<string, unknown>>

/** A row for output: times as ISO 8601 in UTC, numbers as numbers, the body as text if it is text. */
export type ShownRow = Readonly<Record<string, string | number | null>>

const numberColumns = new Set([
  ...['user_id', 'subject_id', 'project_id', 'group_id', 'object_id', 'object_iid'],
  ...['kafka_partition', 'kafka_offset', 'leaf_index', 'refused', 'first_offset', 'last_offset'],
])

/** Prepares a row for output. A body that is not UTF-8 is in `raw_base64` instead of `raw`. */
export const shownRow = (row: StoredRow): ShownRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) =>
      Buffer.isBuffer(value) ? shownBody(value) : [name, shownValue(name, value)],
    ),
  )

const shownValue = (name: string, value: unknown): string | number | null => {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  return numberColumns.has(name) ? Number(value) : String(value)
}

const shownBody = (body: Buffer): [string, string] =>
  isUtf8(body) ? ['raw', body.toString()] : ['raw_base64', body.toString('base64')]
