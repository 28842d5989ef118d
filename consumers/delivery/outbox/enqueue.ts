import { type Connection, query } from '../../../lib/database.ts'
import { changeState } from './change-state.ts'
import type { Entry, Incoming, KeyRule, MessageOrigin } from './entry.ts'
import { insertMessages, type NewMessage } from './insert-messages.ts'
import { keyWithPart, messageKeyOf, splitKey } from './message-key.ts'
import { namedUsers } from './named-users.ts'
import { type OutboxLimits, outboxLimits } from './outbox-limits.ts'
import { storePositions } from './positions.ts'
import { type Room, roomOf } from './room.ts'
import { jsonOf, type OutboxStore, transact } from './store.ts'

export interface Enqueued {
  /** Destination → how many messages were added. */
  queued: ReadonlyMap<string, number>
  /** Destination → how many were there already, or are not told. */
  left: ReadonlyMap<string, number>
}

/**
 * Stores messages, and with them where the worker continues, in one transaction. A full outbox keeps only
 * the place of the record in Kafka, so that it never stops the worker.
 *
 * @throws RetriableError while the database does not answer
 */
export const enqueue = async (
  { pool, schema }: OutboxStore,
  incoming: readonly Incoming[],
  rule: KeyRule,
  limits: OutboxLimits = outboxLimits,
): Promise<Enqueued> =>
  transact(pool, async (connection) => {
    const names = [
      ...new Set(incoming.flatMap(({ entries }) => entries.map(({ destination }) => destination))),
    ]
    await lockDestinations(connection, schema, names.sort())
    const room = await roomOf(connection, schema, names, limits)
    const messages: NewMessage[] = []
    const left = new Map<string, number>()
    for (const each of incoming)
      for (const entry of each.entries) {
        const message = await messageOf({ connection, schema, rule, room }, each, entry, messages)
        if (message === undefined) add(left, entry.destination)
        else messages.push(message)
      }
    const stored = await insertMessages(connection, schema, messages)
    const queued = new Map<string, number>()
    for (const { destination } of stored) add(queued, destination)
    await countAccepted(connection, schema, queued)
    for (const { destination } of messages) add(left, destination)
    for (const [destination, number] of queued) add(left, destination, -number)
    await storePositions(
      connection,
      schema,
      incoming.map(({ origin }) => origin),
    )
    return { queued, left }
  })

const countAccepted = async (connection: Connection, schema: string, queued: ReadonlyMap<string, number>) => {
  // In the order of the names, so that no two transactions wait for each other.
  for (const [destination, number] of [...queued].sort(([a], [b]) => (a < b ? -1 : 1)))
    await query(
      connection,
      `update ${schema}.destinations set accepted = accepted + $2 where destination = $1`,
      [destination, number],
    )
}

const add = (counts: Map<string, number>, name: string, number = 1) =>
  counts.set(name, (counts.get(name) ?? 0) + number)

/**
 * One transaction at a time adds to a destination, so that its ids are in the order of the commits, and so
 * that two processes do not add the same fact.
 */
const lockDestinations = async (connection: Connection, schema: string, names: readonly string[]) => {
  for (const name of names) {
    await query(connection, 'select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${schema} ${name}`])
    await query(
      connection,
      `insert into ${schema}.destinations (destination) values ($1) on conflict do nothing`,
      [name],
    )
  }
}

interface Adding {
  connection: Connection
  schema: string
  rule: KeyRule
  room: Room
}

/** @returns undefined if the message is one of `before`, or if it is not told */
const messageOf = async (
  { connection, schema, rule, room }: Adding,
  { record, origin }: { record: Incoming['record']; origin: MessageOrigin },
  entry: Entry,
  before: readonly NewMessage[],
): Promise<NewMessage | undefined> => {
  const { destination, lane, part, change, body, mergeKey, holdMs } = entry
  const known = await messageKeyOf(connection, schema, record, destination, rule)
  const key = keyWithPart(keyWithin(before, destination, record) ?? known, part)
  if (before.some((each) => each.destination === destination && each.key === key)) return undefined
  const state = change === undefined ? undefined : await changeState(connection, schema, change)
  if (state?.isTold === false) return undefined
  const content = jsonOf(entry.content(state?.last))
  const bytes = Buffer.byteLength(content) + (body?.length ?? 0)
  const fits = room.take(destination, bytes)
  return {
    ...{ destination, lane, key, origin, record, bytes: fits ? bytes : 0 },
    ...{ content: fits ? content : null, body: fits ? (body ?? null) : null },
    ...{ mergeKey: mergeKey ?? null, holdMs: holdMs ?? null, users: namedUsers(record) },
  }
}

/** The key of the same content in this batch, which the database does not hold yet. */
const keyWithin = (
  before: readonly NewMessage[],
  destination: string,
  { delivery }: Incoming['record'],
): string | undefined =>
  delivery.fact_basis !== 'content'
    ? undefined
    : before
        .filter(
          (each) =>
            each.destination === destination &&
            each.key.startsWith('content ') &&
            each.record.delivery.fact_id === delivery.fact_id,
        )
        .map(({ key }) => splitKey(key).recordKey)[0]
