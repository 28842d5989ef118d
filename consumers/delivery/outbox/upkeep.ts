import { query } from '../../../lib/database.ts'
import type { OutboxStore } from './store.ts'

/**
 * Deletes what is no longer needed. The key of a message outlives it by 7 days, because GitLab can send a
 * hook again for 7 days. Reports of pushes are kept for 30 days, like those of the push author log.
 */
export const upkeep = async ({ pool, schema }: OutboxStore): Promise<void> => {
  await query(
    pool,
    `with deleted as (
       delete from ${schema}.messages
        where state in ('sent', 'discarded') and settled_at < now() - interval '7 days'
       returning destination)
     update ${schema}.destinations as d set forgotten = forgotten + gone.number
       from (select destination, count(*) as number from deleted group by destination) as gone
      where d.destination = gone.destination`,
    [],
  )
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
