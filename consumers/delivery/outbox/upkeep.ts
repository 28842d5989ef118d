import { query } from '../../../lib/database.ts'
import { type OutboxLimits, outboxLimits } from './outbox-limits.ts'
import { type OutboxStore, transact } from './store.ts'

/**
 * Deletes what is no longer needed. The key of a message outlives it by 7 days, because GitLab can send a
 * hook again for 7 days. Reports of pushes are kept for 30 days, like those of the push author log.
 */
export const upkeep = async (store: OutboxStore, limits: OutboxLimits = outboxLimits): Promise<void> => {
  const { pool, schema } = store
  const destinations = await query<{ destination: string }>(
    pool,
    `select destination from ${schema}.destinations order by destination`,
    [],
  )
  // One transaction each: nothing else waits for the row of one destination while it has that of another.
  for (const { destination } of destinations) {
    await noteSettled(store, destination)
    await deleteOld(store, destination)
    await shrinkDead(store, destination, limits)
  }
  // Of a message that can be edited, the content is kept for as long as it can.
  await query(
    pool,
    `update ${schema}.messages set content = null
      where state = 'sent' and content is not null and settled_at < now() - interval '10 minutes'`,
    [],
  )
  await query(pool, `delete from ${schema}.push_reports where received_at < now() - interval '30 days'`, [])
  await query(pool, `delete from ${schema}.states where changed_at < now() - interval '90 days'`, [])
  await query(
    pool,
    `delete from ${schema}.lanes
      where seq = done and owner is null and touched_at < now() - interval '7 days'`,
    [],
  )
}

/**
 * Adds up what was settled until ten minutes ago. Newer rows may belong to transactions that have not ended.
 */
const noteSettled = ({ pool, schema }: OutboxStore, destination: string): Promise<void> =>
  transact(pool, async (connection) => {
    // As text, because a Date has no microseconds.
    const [known] = await query<{ since: string; until: string }>(
      connection,
      `select settled_until::text as since, (now() - interval '10 minutes')::text as until
         from ${schema}.destinations where destination = $1 and settled_until < now() - interval '10 minutes'
          for update`,
      [destination],
    )
    // Another process may have done it in this moment.
    if (known === undefined) return
    await query(
      connection,
      `update ${schema}.destinations
          set settled_until = $3::timestamptz, settled = settled + (
            select count(*) from ${schema}.messages
             where destination = $1 and state in ('sent', 'discarded')
               and settled_at > $2::timestamptz and settled_at <= $3::timestamptz)
        where destination = $1`,
      [destination, known.since, known.until],
    )
  })

const deleteOld = ({ pool, schema }: OutboxStore, destination: string): Promise<void> =>
  transact(pool, async (connection) => {
    const deleted = await query(
      connection,
      `delete from ${schema}.messages
        where destination = $1 and state in ('sent', 'discarded')
          and settled_at < now() - interval '7 days' returning 1`,
      [destination],
    )
    if (deleted.length === 0) return
    await query(
      connection,
      `update ${schema}.destinations set forgotten = forgotten + $2 where destination = $1`,
      [destination, deleted.length],
    )
  })

/**
 * Dead letters have the limits of the outbox, too. The oldest ones lose their body, which a redrive reads
 * again from Kafka.
 */
const shrinkDead = (
  { pool, schema }: OutboxStore,
  destination: string,
  { maxMessages, maxBytes }: OutboxLimits,
): Promise<unknown> =>
  query(
    pool,
    `update ${schema}.messages set content = null, body = null, bytes = 0
      where id in (
        select id from (
          select id, row_number() over newest as place, sum(bytes) over newest as total
            from ${schema}.messages where destination = $1 and state = 'dead' and bytes > 0
          window newest as (order by id desc)) as dead
         where place > $2 or total > $3)
        and state = 'dead'`,
    [destination, maxMessages, maxBytes],
  )
