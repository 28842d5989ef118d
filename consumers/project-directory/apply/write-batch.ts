import { type Connection, type Pool, query } from '../../../lib/database.ts'
import { readPositions } from '../../../lib/database-positions.ts'
import type { Origin } from '../../consumer.ts'
import type { DirectoryRecord } from '../observe/directory-events.ts'
import { observe } from '../observe/observe.ts'
import { realmKey, realmOf } from '../observe/realm.ts'
import { createPostgresStore } from '../store/postgres-store.ts'
import { realmIds } from '../store/realms.ts'
import { applyObservations } from './apply.ts'
import { inTransaction } from './in-transaction.ts'

/** A record and where Kafka holds it. */
export interface PlacedRecord {
  record: DirectoryRecord
  origin: Origin
}

/**
 * Applies records in one transaction, which also moves the positions. Records below the stored position were
 * applied before and are left out.
 *
 * @returns the number of records that were new
 * @throws the error of the database if a value is the cause; RetriableError in any other case
 */
export const writeBatch = (pool: Pool, records: readonly PlacedRecord[]): Promise<number> =>
  inTransaction(pool, async (connection) => {
    const positions = await readNext(connection, records)
    const fresh = records.filter(({ origin }) => origin.offset >= (positions.get(placeOf(origin)) ?? 0))
    const realms = await realmIds(
      connection,
      fresh.map(({ record }) => realmOf(record)),
    )
    const observations = fresh.flatMap(({ record }) =>
      observe(record, realms.get(realmKey(realmOf(record))) ?? 0),
    )
    await applyObservations(createPostgresStore(connection), observations)
    await movePositions(connection, fresh)
    return fresh.length
  })

/** Stores that a record became a dead letter, so that the worker does not go back to it. */
export const passRecord = (pool: Pool, origin: Origin): Promise<void> =>
  inTransaction(pool, (connection) => movePositions(connection, [{ origin, record: undefined }]))

/** Forgets which records were applied, so that all that Kafka holds are applied again. */
export const forgetPositions = (pool: Pool): Promise<void> =>
  inTransaction(pool, async (connection) => {
    await query(connection, 'delete from project_directory.positions', [])
  })

const placeOf = ({ topicId, topic, partition }: Origin) => `${topicId} ${topic} ${partition}`

const readNext = async (
  connection: Connection,
  records: readonly { origin: Origin }[],
): Promise<Map<string, number>> => {
  const places = [...new Map(records.map(({ origin }) => [placeOf(origin), origin])).values()]
  const offsets = await readPositions(connection, 'project_directory', places)
  return new Map(places.map((place, at) => [placeOf(place), offsets[at] ?? 0]))
}

const movePositions = async (
  connection: Connection,
  records: readonly { origin: Origin; record: DirectoryRecord | undefined }[],
): Promise<void> => {
  const rows = records.map(({ origin, record }) => ({
    ...origin,
    receivedAt: record?.delivery.received_at ?? null,
  }))
  await query(
    connection,
    `insert into project_directory.positions (topic_id, topic, kafka_partition, next_offset, received_at)
     select "topicId", topic, partition, max("offset") + 1, to_timestamp(max("receivedAt") / 1000.0)
       from json_to_recordset($1::json) as given("topicId" uuid, topic text, partition integer,
         "offset" bigint, "receivedAt" bigint)
      group by 1, 2, 3
     on conflict (topic_id, topic, kafka_partition) do update set
       next_offset = greatest(positions.next_offset, excluded.next_offset),
       received_at = greatest(positions.received_at, excluded.received_at)`,
    [JSON.stringify(rows)],
  )
}
