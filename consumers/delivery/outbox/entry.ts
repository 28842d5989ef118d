import type { RecordOf } from '../../../schemas/catalogue.ts'

/** Where Kafka holds the record of a message. */
export interface MessageOrigin {
  topic: string
  topicId: string
  partition: number
  offset: number
  /** The trace of the record, which its requests continue. */
  traceparent?: string
}

/** A change of state that decides whether a message is told at all. */
export interface StateChange {
  /** The states of different scopes are independent. */
  scope: string
  subject: string
  state: string
  /** A state with a smaller version than the last one is old and changes nothing. */
  version: number
  /** Whether the message is told, given the last state; undefined if there was none. */
  tells(last: string | undefined): boolean
}

/** A message for one destination, not stored yet. */
export interface Entry {
  destination: string
  /** The queue within the destination: empty, or the project whose order is kept. */
  lane: string
  /**
   * Tells the messages of one record for one destination apart, such as a task that it is about. It holds no
   * line break. Without it, a record is one message for a destination.
   */
  part?: string
  /** What the sender needs, as JSON. `change` tells it the state before. */
  content(last: string | undefined): unknown
  body?: Buffer
  change?: StateChange
  /** Messages with the same key can become one, if they arrive within `holdMs`. */
  mergeKey?: string
  /** How long the message is held, in milliseconds. */
  holdMs?: number
}

/** A record and what it becomes for each destination. */
export interface Incoming {
  record: RecordOf
  origin: MessageOrigin
  entries: readonly Entry[]
}

/** What makes two records one message of a destination. */
export type KeyRule = 'fact' | 'delivery'
