import { query } from '../../../lib/database.ts'
import { lockLanes, wake } from './insert-messages.ts'
import { type OutboxStore, transact } from './store.ts'

export interface DestinationState {
  destination: string
  state: 'active' | 'paused' | 'restored'
  reason: string | null
  digestUpTo: number
  failures: number
  /** Milliseconds since 1970; until then the circuit breaker is open. */
  retryAt: number | undefined
  lastFailure: string | null
}

interface Row {
  destination: string
  state: DestinationState['state']
  reason: string | null
  digest_up_to: string
  failures: number
  retry_at: Date | null
  last_failure: string | null
}

export const readDestinations = async ({ pool, schema }: OutboxStore): Promise<DestinationState[]> =>
  (await query<Row>(pool, `select * from ${schema}.destinations order by destination`, [])).map((row) => ({
    destination: row.destination,
    state: row.state,
    reason: row.reason,
    digestUpTo: Number(row.digest_up_to),
    failures: row.failures,
    retryAt: row.retry_at?.getTime(),
    lastFailure: row.last_failure,
  }))

/** Stops sending to destinations. Their messages wait. @returns how many were active */
export const pauseDestinations = async (
  { pool, schema }: OutboxStore,
  names: readonly string[],
  state: 'paused' | 'restored',
  reason: string,
): Promise<number> => {
  const rows = await query(
    pool,
    `insert into ${schema}.destinations as d (destination, state, reason)
     select name, $2, $3 from unnest($1::text[]) name order by name
     on conflict (destination) do update set state = $2, reason = $3, changed_at = now()
      where d.state = 'active' returning 1`,
    [names, state, reason],
  )
  return rows.length
}

/** How the messages that waited during a pause are treated. */
export type ResumeAs = 'send' | 'digest' | 'discard'

/** Sends to a destination again. @returns how many messages had waited */
export const resumeDestination = async (
  { pool, schema }: OutboxStore,
  destination: string,
  as: ResumeAs,
): Promise<number> =>
  transact(pool, async (connection) => {
    const lanes = await lockLanes(connection, schema, destination)
    const open = `destination = $1 and state in ('waiting', 'sending')`
    const [waiting] = await query<{ count: string; last: string | null }>(
      connection,
      `select count(*), max(id) as last from ${schema}.messages where ${open}`,
      [destination],
    )
    if (as === 'discard')
      await query(
        connection,
        `update ${schema}.messages set state = 'discarded', settled_at = now(), content = null, body = null,
                bytes = 0 where ${open}`,
        [destination],
      )
    if (lanes.length > 0) await wake(connection, schema, lanes)
    const last = as === 'digest' ? (waiting?.last ?? 0) : 0
    await query(
      connection,
      `update ${schema}.destinations set state = 'active', reason = null, failures = 0, retry_at = null,
              digest_up_to = greatest(digest_up_to, $2), changed_at = now()
        where destination = $1`,
      [destination, last],
    )
    return Number(waiting?.count ?? 0)
  })
