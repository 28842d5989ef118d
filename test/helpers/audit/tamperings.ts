import { rowCommitments, rowLeafHash } from '../../../consumers/audit-log/leaf/row-leaf.ts'
import type { AuditDatabase } from './open-audit-database.ts'
import { buffersOf, valuesOf } from './stored-leaves.ts'

/** What somebody with all rights on the database does to it, and how `verify` must name it. */
export interface Tampering {
  kind: 'edited' | 'removed' | 'inserted' | 'reordered' | 'last rows removed'
  /** The places that must be named; none where only the anchor can tell. */
  indexes: number[]
}

export type Pick = (count: number) => number
export type Tamper = (database: AuditDatabase, pick: Pick) => Promise<Tampering>

export const anyEvent = async ({ pool }: AuditDatabase, pick: Pick): Promise<number> => {
  const { rows } = await pool.query('select leaf_index from audit_log.events order by leaf_index')
  return Number(rows[pick(rows.length)].leaf_index)
}

/** Two events, the older one first. */
export const twoEvents = async (database: AuditDatabase, pick: Pick): Promise<[number, number]> => {
  const one = await anyEvent(database, pick)
  let other = one
  while (other === one) other = await anyEvent(database, pick)
  return [Math.min(one, other), Math.max(one, other)]
}

const edits = [
  "summary = summary || '.'",
  'user_id = coalesce(user_id, 0) + 1',
  'user_username = null',
  "subject_name = 'somebody'",
  'project_id = 16',
  "received_at = received_at + interval '1 ms'",
  'occurred_at = now()',
  "raw = raw || '\\x20'::bytea",
  "body_sha256 = 'x'",
  "event_type = 'tag_push'",
  "source = 'other'",
  'kafka_offset = kafka_offset + 100000',
  "fact_id = 'other'",
  'identity_salt = raw_salt',
  'content_commitment = raw_commitment',
]

/** Recomputes every hash of one row, and the hash in audit_log.leaves. */
export const hashAnew = async ({ pool }: AuditDatabase, index: number) => {
  const { rows } = await pool.query('select * from audit_log.events where leaf_index = $1', [index])
  const commitments = rowCommitments(valuesOf(rows[0]), buffersOf(rows[0], 'salt'))
  await pool.query(
    `update audit_log.events set identity_commitment = $2, content_commitment = $3, raw_commitment = $4
     where leaf_index = $1`,
    [index, commitments.identity, commitments.content, commitments.raw],
  )
  const hash = rowLeafHash('event', valuesOf(rows[0]), commitments)
  await pool.query('update audit_log.leaves set hash = $2 where index = $1', [index, hash])
}

/** Makes tiles and head that belong to the leaves. */
export const rebuildTree = async ({ pool }: AuditDatabase) => {
  await pool.query('delete from audit_log.tiles')
  await pool.query("update audit_log.head set size = 0, roots = '{}'")
  await pool.query('select audit_log.add_leaves(array_agg(hash order by index)) from audit_log.leaves')
}

export const tamperings: Readonly<Record<string, Tamper>> = {
  'a value edited and the hashes left': async (database, pick) => {
    const index = await anyEvent(database, pick)
    const edit = edits[pick(edits.length)]
    await database.pool.query(`update audit_log.events set ${edit} where leaf_index = $1`, [index])
    return { kind: 'edited', indexes: [index] }
  },
  'a value and the hashes of its row edited': async (database, pick) => {
    const index = await anyEvent(database, pick)
    const edit = edits[pick(8)]
    await database.pool.query(`update audit_log.events set ${edit} where leaf_index = $1`, [index])
    await hashAnew(database, index)
    return { kind: 'edited', indexes: [index] }
  },
  'a row, its hashes and its entry in the tile edited': async (database, pick) => {
    const index = await anyEvent(database, pick)
    await database.pool.query("update audit_log.events set summary = 'x' where leaf_index = $1", [index])
    await hashAnew(database, index)
    await database.pool.query(
      `update audit_log.tiles set hashes = overlay(hashes placing leaf.hash from $2)
       from audit_log.leaves as leaf where leaf.index = $1 and tiles.level = 0 and tiles.index = $1 / 256`,
      [index, 32 * (index % 256) + 1],
    )
    return { kind: 'edited', indexes: [] }
  },
  'a row removed': async (database, pick) => {
    const index = await anyEvent(database, pick)
    await database.pool.query('delete from audit_log.events where leaf_index = $1', [index])
    return { kind: 'removed', indexes: [index] }
  },
  'a row and its leaf removed': async (database, pick) => {
    const index = await anyEvent(database, pick)
    await database.pool.query('delete from audit_log.events where leaf_index = $1', [index])
    await database.pool.query('delete from audit_log.leaves where index = $1', [index])
    return { kind: 'removed', indexes: [index] }
  },
  'a statement edited': async ({ pool }) => {
    const { rows } = await pool.query(
      `update audit_log.statements set content = replace(content, '214', '4') returning leaf_index`,
    )
    return { kind: 'edited', indexes: rows.map(({ leaf_index }) => Number(leaf_index)) }
  },
  'a repeat, a dead letter or a statement removed': async (database, pick) => {
    const table = ['repeats', 'dead_letters', 'statements'][pick(3)]
    const { rows } = await database.pool.query(`delete from audit_log.${table} where leaf_index =
      (select max(leaf_index) from audit_log.${table}) returning leaf_index`)
    return { kind: 'removed', indexes: [Number(rows[0].leaf_index)] }
  },
  'the last rows removed, with leaves, tiles and head': async (database, pick) => {
    const { rows } = await database.pool.query('select size from audit_log.head')
    const left = Number(rows[0].size) - 1 - pick(20)
    for (const table of ['events', 'repeats', 'dead_letters', 'statements'])
      await database.pool.query(`delete from audit_log.${table} where leaf_index >= $1`, [left])
    await database.pool.query('delete from audit_log.leaves where index >= $1', [left])
    await rebuildTree(database)
    return { kind: 'last rows removed', indexes: [] }
  },
  'a month removed': async (database) => {
    const { rows } = await database.pool.query(
      `delete from audit_log.events where received_at < date_trunc('month', now(), 'UTC')
       returning leaf_index`,
    )
    return {
      kind: 'removed',
      indexes: rows.map(({ leaf_index }) => Number(leaf_index)).sort((a, b) => a - b),
    }
  },
  'a row inserted': async (database, pick) => {
    const index = pick(2) === 0 ? await anyEvent(database, pick) : null
    await database.pool.query(
      `insert into audit_log.events (leaf_index, received_at, delivery_id, event_type, source)
       values ($1, now(), 'forged', 'push', 'default')`,
      [index],
    )
    return { kind: 'inserted', indexes: index === null ? [] : [index] }
  },
  'a row inserted behind the end, with a leaf': async (database) => {
    const { rows } = await database.pool.query('select size from audit_log.head')
    const index = Number(rows[0].size) + 3
    await database.pool.query(
      `insert into audit_log.events (leaf_index, received_at, delivery_id, event_type, source)
       values ($1, now(), 'forged', 'push', 'default')`,
      [index],
    )
    await database.pool.query("insert into audit_log.leaves (index, kind, hash) values ($1, 1, '')", [index])
    return { kind: 'inserted', indexes: [index] }
  },
  'two rows in each other’s place': async (database, pick) => {
    const [one, other] = await twoEvents(database, pick)
    await database.pool.query(
      'update audit_log.events set leaf_index = $1::bigint + $2 - leaf_index where leaf_index in ($1, $2)',
      [one, other],
    )
    return { kind: 'reordered', indexes: [one, other] }
  },
  'two rows in each other’s place, with their leaves': async (database, pick) => {
    const [one, other] = await twoEvents(database, pick)
    const swap = (column: string) => `${column} = $1::bigint + $2 - ${column} where ${column} in ($1, $2)`
    await database.pool.query(`update audit_log.events set ${swap('leaf_index')}`, [one, other])
    // The index is the primary key, so one of the leaves makes room for the other.
    for (const [from, to] of [
      [one, -1],
      [other, one],
      [-1, other],
    ])
      await database.pool.query('update audit_log.leaves set index = $2 where index = $1', [from, to])
    return { kind: 'reordered', indexes: [one, other] }
  },
}
