import { type Connection, query } from '../../../lib/database.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import type { MessageOrigin } from './entry.ts'
import type { NamedUsers } from './named-users.ts'
import { jsonOf } from './store.ts'

/** A message with its key. `content` and `body` are null where the outbox of the destination is full. */
export interface NewMessage {
  destination: string
  lane: string
  key: string
  record: RecordOf
  origin: MessageOrigin
  content: string | null
  body: Buffer | null
  bytes: number
  mergeKey: string | null
  holdMs: number | null
  users: NamedUsers
}

/** Inserts messages, and wakes their queues. @returns those that were not there yet */
export const insertMessages = async (
  connection: Connection,
  schema: string,
  messages: readonly NewMessage[],
): Promise<{ destination: string; lane: string }[]> => {
  if (messages.length === 0) return []
  const rows = messages.map((message) => rowOf(message))
  const stored = await query<{ destination: string; lane: string }>(
    connection,
    `insert into ${schema}.messages (destination, lane, key, topic_id, topic, kafka_partition, kafka_offset,
       delivery_id, fact_id, event_type, received_at, user_ids, usernames, merge_key, held_until,
       traceparent, bytes, content, body)
     select destination, lane, key, topic_id, topic, kafka_partition, kafka_offset, delivery_id, fact_id,
       event_type, to_timestamp(received_at / 1000), user_ids, usernames, merge_key,
       now() + hold_ms * interval '1 millisecond', traceparent, bytes, content::jsonb, body
       from rows from (
         jsonb_to_recordset($1) as (destination text, lane text, key text, topic_id uuid, topic text,
           kafka_partition integer, kafka_offset bigint, delivery_id text, fact_id text, event_type text,
           received_at float8, user_ids bigint[], usernames text[], merge_key text, hold_ms float8,
           traceparent text, bytes bigint),
         unnest($2::text[]), unnest($3::bytea[])
       ) with ordinality as given(destination, lane, key, topic_id, topic, kafka_partition, kafka_offset,
         delivery_id, fact_id, event_type, received_at, user_ids, usernames, merge_key, hold_ms, traceparent,
         bytes, content, body, place)
      order by place
     on conflict (destination, key) do nothing
     returning destination, lane`,
    [jsonOf(rows), messages.map(({ content }) => content), messages.map(({ body }) => body)],
  )
  await wake(connection, schema, stored)
  return stored
}

const rowOf = ({ record: { delivery, eventType }, origin, users, mergeKey, ...message }: NewMessage) => ({
  destination: message.destination,
  lane: message.lane,
  key: message.key,
  topic_id: origin.topicId,
  topic: origin.topic,
  kafka_partition: origin.partition,
  kafka_offset: origin.offset,
  delivery_id: delivery.id,
  fact_id: delivery.fact_id,
  event_type: eventType,
  received_at: delivery.received_at,
  user_ids: users.ids,
  usernames: users.names,
  merge_key: mergeKey,
  hold_ms: message.holdMs,
  traceparent: origin.traceparent ?? null,
  bytes: message.bytes,
})

/** Marks queues as not empty. */
export const wake = async (
  connection: Pick<Connection, 'query'>,
  schema: string,
  lanes: readonly { destination: string; lane: string }[],
): Promise<void> => {
  const unique = [
    ...new Map(lanes.map((each) => [JSON.stringify([each.destination, each.lane]), each])).values(),
  ]
  await query(
    connection as Connection,
    `insert into ${schema}.lanes as l (destination, lane)
     select * from unnest($1::text[], $2::text[]) order by 1, 2
     on conflict (destination, lane) do update set seq = l.seq + 1, touched_at = now(),
       expires_at = case when l.owner is null then null else l.expires_at end`,
    [unique.map(({ destination }) => destination), unique.map(({ lane }) => lane)],
  )
}

/** Locks all queues of a destination, because locks of queues come before those of messages. */
export const lockLanes = (
  connection: Connection,
  schema: string,
  destination: string,
): Promise<{ destination: string; lane: string }[]> =>
  query(
    connection,
    `select destination, lane from ${schema}.lanes where destination = $1 order by lane for update`,
    [destination],
  )
