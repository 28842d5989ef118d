import { query } from '../../../lib/database.ts'
import { lockLanes, wake } from './insert-messages.ts'
import type { SeenAnswer } from './settle.ts'
import { type OutboxStore, transact } from './store.ts'

/** A message as an operator sees it. It has no body, and no secret. */
export interface ShownMessage {
  id: number
  state: 'waiting' | 'sending' | 'dead'
  event: string
  delivery_id: string
  received_at: string
  attempts: number
  /** Why the last attempt failed; null before the first one. */
  answer: SeenAnswer | null
  content: unknown
}

/** The messages of a destination that wait, oldest first, and then its dead letters. */
export const showMessages = async (
  { pool, schema }: OutboxStore,
  destination: string,
  most: number,
): Promise<ShownMessage[]> => {
  const rows = await query<ShownMessage & { id: string; received_at: Date }>(
    pool,
    `select id, state, event_type as event, delivery_id, received_at, attempts, answer, content
       from ${schema}.messages where destination = $1 and state in ('waiting', 'sending', 'dead')
      order by state = 'dead', id limit $2`,
    [destination, most],
  )
  return rows.map((row) => ({ ...row, id: Number(row.id), received_at: row.received_at.toISOString() }))
}

/** Sends the dead letters of a destination again. @returns how many */
export const redriveDead = ({ pool, schema }: OutboxStore, destination: string): Promise<number> =>
  transact(pool, async (connection) => {
    await lockLanes(connection, schema, destination)
    const rows = await query<{ destination: string; lane: string }>(
      connection,
      `update ${schema}.messages
          set state = case when answer->>'effect' = 'unknown' then 'sending' else 'waiting' end,
              settled_at = null, attempts = 0, first_attempt = null
        where destination = $1 and state = 'dead' returning destination, lane`,
      [destination],
    )
    if (rows.length > 0) await wake(connection, schema, rows)
    return rows.length
  })

/** Drops the dead letters of a destination. @returns how many */
export const discardDead = async ({ pool, schema }: OutboxStore, destination: string): Promise<number> =>
  (
    await query(
      pool,
      `update ${schema}.messages
          set state = 'discarded', settled_at = now(), content = null, body = null, bytes = 0
        where destination = $1 and state = 'dead' returning 1`,
      [destination],
    )
  ).length
