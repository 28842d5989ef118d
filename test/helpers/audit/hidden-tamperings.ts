import type { Tamper } from './tamperings.ts'
import { anyEvent, twoEvents } from './tamperings.ts'

/** Changes that leave every hash of a row as it is, or that touch no row at all. */
export const hiddenTamperings: Readonly<Record<string, Tamper>> = {
  'the salts of two rows in each other’s place': async (database, pick) => {
    const indexes = await twoEvents(database, pick)
    await database.pool.query(
      `update audit_log.events as e set identity_salt = o.identity_salt, content_salt = o.content_salt,
         raw_salt = o.raw_salt
       from audit_log.events as o
       where e.leaf_index in ($1, $2) and o.leaf_index = $1::bigint + $2 - e.leaf_index`,
      indexes,
    )
    return { kind: 'edited', indexes }
  },
  'a time moved by less than a millisecond': async (database, pick) => {
    const index = await anyEvent(database, pick)
    await database.pool.query(
      "update audit_log.events set received_at = received_at + interval '10 us' where leaf_index = $1",
      [index],
    )
    return { kind: 'edited', indexes: [index] }
  },
  'a row inserted before the first one': async ({ pool }, pick) => {
    const index = -1 - pick(300)
    await pool.query(
      `insert into audit_log.events (leaf_index, received_at, delivery_id, event_type, source)
       values ($1, now(), 'forged', 'push', 'default')`,
      [index],
    )
    return { kind: 'inserted', indexes: [index] }
  },
  'an event in the place of a dead letter or of an interval, with all that their leaves hold': async (
    { pool },
    pick,
  ) => {
    const [table, columns] = (
      [
        ['dead_letters', "'forged', now()"],
        ['statements', 'delivery_id, received_at'],
      ] as const
    )[pick(2)] as readonly [string, string]
    const { rows } = await pool.query(
      `insert into audit_log.events (leaf_index, topic_id, topic, kafka_partition, kafka_offset, delivery_id,
         received_at, event_type, source, user_username)
       select leaf_index, topic_id, topic, kafka_partition, kafka_offset, ${columns},
         'push', 'default', 'mallory'
       from audit_log.${table} returning leaf_index`,
    )
    return { kind: 'inserted', indexes: rows.map(({ leaf_index }) => Number(leaf_index)) }
  },
  'a statement removed, and another one that says its month was dropped': async ({ pool }) => {
    const { rows } = await pool.query('delete from audit_log.statements returning leaf_index')
    const [index] = rows.map(({ leaf_index }) => Number(leaf_index))
    await pool.query(`select audit_log.add_statement(6, json_build_object('rows', $1::text)::text)`, [index])
    return { kind: 'removed', indexes: [Number(index)] }
  },
  'two tiles in each other’s place': async ({ pool }) => {
    await pool.query(
      `update audit_log.tiles as t set hashes = o.hashes from audit_log.tiles as o
       where t.level = 0 and o.level = 0 and t.index < 2 and o.index = 1 - t.index`,
    )
    return { kind: 'edited', indexes: [0, 256] }
  },
  'a tile removed': async ({ pool }, pick) => {
    const tile = pick(3)
    await pool.query('delete from audit_log.tiles where level = 0 and index = $1', [tile])
    return { kind: 'edited', indexes: [256 * tile] }
  },
  'a hash in a tile edited': async ({ pool }, pick) => {
    const index = pick(512)
    await pool.query(
      `update audit_log.tiles set hashes = set_byte(hashes, $2, 255 - get_byte(hashes, $2))
       where level = 0 and index = $1`,
      [Math.floor(index / 256), 32 * (index % 256)],
    )
    return { kind: 'edited', indexes: [index] }
  },
  'a hash in a tile above the leaves edited': async ({ pool }, pick) => {
    const tile = pick(2)
    await pool.query(
      'update audit_log.tiles set hashes = set_byte(hashes, $1, 255 - get_byte(hashes, $1)) where level = 1',
      [32 * tile],
    )
    return { kind: 'edited', indexes: [256 * tile] }
  },
}
