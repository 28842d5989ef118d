import { query } from '../../../lib/database.ts'
import type { OutboxStore } from './store.ts'

/**
 * How much a destination has in its outbox. Numbers are decimal text; `age` is in seconds. `bytes` are those
 * of messages that wait: the limits of the outbox hold for them.
 */
export interface Size {
  destination: string
  state: 'active' | 'paused' | 'restored'
  failing: boolean
  waiting: string
  dead: string
  bytes: string
  age: string
}

export const readSizes = ({ pool, schema }: OutboxStore): Promise<Size[]> =>
  query<Size>(
    pool,
    `select d.destination, d.state, d.failures > 0 as failing,
            count(*) filter (where m.state in ('waiting', 'sending')) as waiting,
            count(*) filter (where m.state = 'dead') as dead,
            coalesce(sum(m.bytes) filter (where m.state in ('waiting', 'sending')), 0) as bytes,
            coalesce(extract(epoch from now() - min(m.received_at)
              filter (where m.state in ('waiting', 'sending'))), 0) as age
       from ${schema}.destinations d
       left join ${schema}.messages m
         on m.destination = d.destination and m.state in ('waiting', 'sending', 'dead')
      group by d.destination, d.state, d.failures order by d.destination`,
    [],
  )
