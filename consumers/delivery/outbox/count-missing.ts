import { query } from '../../../lib/database.ts'
import type { OutboxStore } from './store.ts'

/**
 * How many messages were accepted and neither wait, nor are dead letters, nor were settled. It reads what is
 * open and what was settled lately; `upkeep` has added up the rest.
 *
 * @throws RetriableError while the database does not answer
 */
export const countMissing = async ({
  pool,
  schema,
}: OutboxStore): Promise<{ destination: string; missing: number }[]> => {
  const rows = await query<{ destination: string; missing: string }>(
    pool,
    `with present as (
       select destination, count(*) as number from ${schema}.messages
        where state in ('waiting', 'sending') group by destination
       union all
       select destination, count(*) from ${schema}.messages where state = 'dead' group by destination
       union all
       select m.destination, count(*)
         from ${schema}.messages m join ${schema}.destinations d using (destination)
        where m.state in ('sent', 'discarded') and m.settled_at > d.settled_until
          and m.settled_at > (select min(settled_until) from ${schema}.destinations)
        group by m.destination)
     select d.destination, d.accepted - d.settled
            - coalesce((select sum(number) from present where destination = d.destination), 0) as missing
       from ${schema}.destinations d`,
    [],
  )
  return rows.map(({ destination, missing }) => ({ destination, missing: Number(missing) }))
}
