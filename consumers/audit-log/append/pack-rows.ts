import { randomBytes } from 'node:crypto'
import { saltSize } from '../leaf/commitment.ts'
import {
  deadLetterLeafHash,
  type RowValues,
  repeatLeafHash,
  rowCommitments,
  rowLeafHash,
} from '../leaf/row-leaf.ts'
import { hashSize } from '../tree/hashing.ts'

/** A row that is not stored yet. Times are in milliseconds since 1970. */
export type EventRow = RowValues & { received_at: number; occurred_at: number | null; raw: Buffer }

/** The place of a record that became a dead letter: its coordinates, and no body. */
export type DeadLetterRow = RowValues & { raw?: never }

/** An interval of the ingress: its coordinates, its delivery, and the content of the statement as JSON. */
export type IntervalRow = RowValues & { received_at: number; interval: string; raw?: never }

/** A row of any kind that comes from Kafka. */
export type LogRow = EventRow | DeadLetterRow | IntervalRow

/** The arguments of audit_log.append. */
export interface PackedRows {
  /** The columns of the rows, as JSON. */
  batch: string
  /**
   * For each row: its salts, its commitments, the hash of its leaf as an event and as a repeat, and the body.
   * Bytes in JSON would be twice as long.
   */
  bytes: Buffer
}

/** Prepares rows for audit_log.append. Every row gets new salts. */
export const packRows = (rows: readonly LogRow[]): PackedRows => {
  const random = randomBytes(rows.length * 3 * saltSize)
  const items: object[] = []
  const parts: Buffer[] = []
  for (const [index, row] of rows.entries()) {
    const salts = random.subarray(index * 3 * saltSize, (index + 1) * 3 * saltSize)
    items.push(isEvent(row) ? eventItem(row) : otherItem(row))
    parts.push(salts, ...(isEvent(row) ? eventParts(row, salts) : [noHashes, otherLeafHash(row)]))
  }
  return { batch: JSON.stringify(items), bytes: Buffer.concat(parts) }
}

const isEvent = (row: LogRow): row is EventRow => row.raw !== undefined

const otherItem = (row: DeadLetterRow | IntervalRow): object =>
  typeof row.received_at === 'number'
    ? { ...row, received_at: isoTime(row.received_at), body_length: 0 }
    : { ...row, body_length: 0 }

/** The database makes the hash of an interval itself. The one of its repeat is made here. */
const otherLeafHash = (row: DeadLetterRow | IntervalRow): Buffer =>
  row.interval === undefined ? deadLetterLeafHash(row) : repeatLeafHash(row)

const eventItem = ({ raw, received_at, occurred_at, ...columns }: EventRow): object => ({
  ...columns,
  received_at: isoTime(received_at),
  occurred_at: occurred_at === null ? null : isoTime(occurred_at),
  body_length: raw.length,
})

const eventParts = (row: EventRow, salts: Buffer): Buffer[] => {
  const [identity, content, raw] = [0, 1, 2].map((group) =>
    salts.subarray(group * saltSize, (group + 1) * saltSize),
  ) as [Buffer, Buffer, Buffer]
  const commitments = rowCommitments(row, { identity, content, raw })
  return [
    ...[commitments.identity, commitments.content, commitments.raw],
    ...[rowLeafHash('event', row, commitments), repeatLeafHash(row), row.raw],
  ]
}

/** In the place of three commitments and the hash of an event. */
const noHashes = Buffer.alloc(4 * hashSize)

const isoTime = (millis: number): string => new Date(millis).toISOString()
