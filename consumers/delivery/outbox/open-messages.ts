import { query } from '../../../lib/database.ts'
import type { MessageOrigin } from './entry.ts'
import type { Lease } from './lanes.ts'
import type { OutboxStore } from './store.ts'

/** A message that was not sent yet. Times are in milliseconds since 1970. */
export interface OpenMessage {
  id: number
  /** What makes it one message for its destination; see `message-key.ts`. */
  key: string
  /** `sending`: an earlier sender ended during the call, so nobody knows whether it had its effect. */
  state: 'waiting' | 'sending'
  attempts: number
  firstAttempt: number | undefined
  deliveryId: string
  eventType: string
  receivedAt: number
  heldUntil: number | undefined
  mergeKey: string | undefined
  /** Undefined where the outbox was full, and Kafka does not hold the record any more. */
  content: unknown
  body: Buffer | undefined
  origin: MessageOrigin
}

interface Row {
  id: string
  key: string
  state: 'waiting' | 'sending'
  attempts: number
  first_attempt: Date | null
  delivery_id: string
  event_type: string
  received_at: Date
  held_until: Date | null
  merge_key: string | null
  content: unknown
  body: Buffer | null
  topic_id: string
  topic: string
  kafka_partition: number
  kafka_offset: string
  traceparent: string | null
}

/** The oldest messages of a queue that are not sent. They are selected anew each time. */
export const readOpenMessages = async (
  { pool, schema }: OutboxStore,
  { destination, lane }: Lease,
  most: number,
): Promise<OpenMessage[]> => {
  const rows = await query<Row>(
    pool,
    `select * from ${schema}.messages where destination = $1 and lane = $2 and state in ('waiting', 'sending')
      order by id limit $3`,
    [destination, lane, most],
  )
  return rows.map((row) => ({
    id: Number(row.id),
    key: row.key,
    state: row.state,
    attempts: row.attempts,
    firstAttempt: row.first_attempt?.getTime(),
    deliveryId: row.delivery_id,
    eventType: row.event_type,
    receivedAt: row.received_at.getTime(),
    heldUntil: row.held_until?.getTime(),
    mergeKey: row.merge_key ?? undefined,
    content: row.content ?? undefined,
    body: row.body ?? undefined,
    origin: {
      topic: row.topic,
      topicId: row.topic_id,
      partition: row.kafka_partition,
      offset: Number(row.kafka_offset),
      ...(row.traceparent !== null && { traceparent: row.traceparent }),
    },
  }))
}
