import { randomBytes } from 'node:crypto'
import { groupColumns } from '../leaf/columns.ts'
import { type FieldGroup, saltSize } from '../leaf/commitment.ts'
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

/** `own`: an erased person is actor or subject of the row. `mentions`: the row only mentions the person. */
export type Withheld = 'own' | 'mentions'

/**
 * Prepares rows for audit_log.append. Every row gets new salts.
 *
 * @param recognise says which rows come without the values of an erased person
 */
export const packRows = (
  rows: readonly LogRow[],
  recognise: (row: EventRow) => Withheld | undefined = () => undefined,
): PackedRows => {
  const random = randomBytes(rows.length * 3 * saltSize)
  const items: object[] = []
  const parts: Buffer[] = []
  for (const [index, row] of rows.entries()) {
    const salts = random.subarray(index * 3 * saltSize, (index + 1) * 3 * saltSize)
    const withheld = isEvent(row) ? recognise(row) : undefined
    items.push(isEvent(row) ? eventItem(row, withheld) : otherItem(row))
    parts.push(...(isEvent(row) ? eventParts(row, salts, withheld) : [salts, noHashes, otherLeafHash(row)]))
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

const eventItem = (
  { raw, received_at, occurred_at, ...columns }: EventRow,
  withheld: Withheld | undefined,
): object => ({
  ...columns,
  ...(withheld === undefined ? undefined : { ...absentColumns(withheld), withheld }),
  received_at: isoTime(received_at),
  occurred_at: occurred_at === null ? null : isoTime(occurred_at),
  body_length: withheld === undefined ? raw.length : 0,
})

const eventParts = (row: EventRow, salts: Buffer, withheld: Withheld | undefined): Buffer[] => {
  const [identity, content, raw] = [0, 1, 2].map((group) =>
    salts.subarray(group * saltSize, (group + 1) * saltSize),
  ) as [Buffer, Buffer, Buffer]
  const commitments = rowCommitments(row, { identity, content, raw })
  return [
    ...(['identity', 'content', 'raw'] as const).map((group) =>
      // The salts of what is withheld are forgotten here, so that nobody can guess the values.
      isAbsent(group, withheld) ? noSalt : { identity, content, raw }[group],
    ),
    ...[commitments.identity, commitments.content, commitments.raw],
    ...[rowLeafHash('event', row, commitments), repeatLeafHash(row)],
    ...(withheld === undefined ? [row.raw] : []),
  ]
}

const isAbsent = (group: FieldGroup, withheld: Withheld | undefined): boolean =>
  withheld === 'own' || (withheld === 'mentions' && group !== 'identity')

const absentColumns = (withheld: Withheld): object => {
  const groups = (Object.keys(groupColumns) as FieldGroup[]).filter((group) => isAbsent(group, withheld))
  const names = groups.flatMap((group) => Object.keys(groupColumns[group])).filter((name) => name !== 'raw')
  return Object.fromEntries(names.map((name) => [name, null]))
}

const noSalt = Buffer.alloc(saltSize)

/** In the place of three commitments and the hash of an event. */
const noHashes = Buffer.alloc(4 * hashSize)

const isoTime = (millis: number): string => new Date(millis).toISOString()
