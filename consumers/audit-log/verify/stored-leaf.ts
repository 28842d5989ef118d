import { type LeafKind, leafKinds } from '../leaf/leaf-kind.ts'
import type { Tuple } from './copy-rows.ts'
import { layout } from './leaf-query.ts'

/** A leaf and its row, as the database has them. */
export interface StoredLeaf {
  /** The place that the leaf has; undefined where a row has no leaf. */
  index: number | undefined
  /** The place that the row of an event claims. */
  eventIndex: number | undefined
  kind: LeafKind | undefined
  hash: Buffer | null
  /** Which tables have a row for the place. */
  has: { event: boolean; repeat: boolean; deadLetter: boolean; statement: boolean }
  /** The content of a statement. */
  content: Buffer | null
  /** Whether the times of the row are whole milliseconds, as the worker writes them. */
  hasWholeTimes: boolean
  /** Whether the leaf and the row name the same place in Kafka. */
  isSamePlace: boolean
  tuple: Tuple
}

const kinds = new Map(Object.entries(leafKinds).map(([name, number]) => [number as number, name as LeafKind]))

export const toStoredLeaf = (tuple: Tuple): StoredLeaf => {
  const [index, eventIndex, kind, hash = null, repeat, deadLetter, statement, content = null] = tuple
  const [hasWholeTimes, isSamePlace] = tuple.slice(8, layout.plain)
  return {
    index: numberOf(index),
    eventIndex: numberOf(eventIndex),
    kind: kinds.get(numberOf(kind) ?? 0),
    hash,
    has: {
      event: Boolean(eventIndex),
      repeat: Boolean(repeat),
      deadLetter: Boolean(deadLetter),
      statement: Boolean(statement),
    },
    content,
    hasWholeTimes: hasWholeTimes?.[0] === 1,
    isSamePlace: isSamePlace?.[0] === 1,
    tuple,
  }
}

const numberOf = (bytes: Buffer | null | undefined): number | undefined =>
  bytes ? Number(bytes.readBigInt64BE()) : undefined

/** Names the row for a reader: the event, the delivery, and where Kafka holds the record. */
export const describeRow = ({ tuple }: Pick<StoredLeaf, 'tuple'>): string => {
  const values = new Map(
    tuple.slice(layout.plain, layout.groups).map((value, at) => [layout.nameOf(at), value]),
  )
  const text = (name: string) => values.get(name)?.toString()
  const number = (name: string) => numberOf(values.get(name))
  const place =
    text('topic') && `${text('topic')}/${number('kafka_partition')} offset ${number('kafka_offset')}`
  const delivery = text('delivery_id') && `delivery ${text('delivery_id')}`
  return [text('event_type'), delivery, place].filter(Boolean).join(', ')
}
