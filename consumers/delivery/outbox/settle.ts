import { type Connection, query } from '../../../lib/database.ts'
import type { Lease } from './lanes.ts'
import { jsonOf, type OutboxStore, transact } from './store.ts'

/** How messages reached their destination. */
export type SentAs = 'message' | 'digest' | 'merged' | 'edited'

/** What a destination answered. Never a secret. */
export interface SeenAnswer {
  status?: number
  /** The first bytes of the body, or the error. */
  text: string
  /** Whether the request may have had its effect although it failed. */
  effect?: 'none' | 'unknown'
}

/** Refuses to write for a lease that somebody else has taken over. */
const demandLease = async (connection: Connection, schema: string, lease: Lease): Promise<boolean> => {
  const rows = await query(
    connection,
    `select from ${schema}.lanes
      where destination = $1 and lane = $2 and owner = $3 and fence = $4 for update`,
    [lease.destination, lease.lane, lease.owner, lease.fence],
  )
  return rows.length > 0
}

/**
 * Locks are taken in this order everywhere: queues, messages, destinations. So no two transactions wait for
 * each other. What an operator has discarded during a call is not `sending` any more, and stays discarded.
 */
const whileLeased = (
  { pool, schema }: OutboxStore,
  lease: Lease,
  work: (connection: Connection) => Promise<void>,
): Promise<boolean> =>
  transact(pool, async (connection) => {
    if (!(await demandLease(connection, schema, lease))) return false
    await work(connection)
    return true
  })

/** Writes that a call begins. Who takes over then knows that its outcome is unknown. */
export const markSending = (store: OutboxStore, lease: Lease, ids: readonly number[]): Promise<boolean> =>
  whileLeased(store, lease, async (connection) => {
    await query(
      connection,
      `update ${store.schema}.messages set state = 'sending', attempts = attempts + 1,
              first_attempt = coalesce(first_attempt, now())
        where id = any($1) and state in ('waiting', 'sending')`,
      [ids],
    )
  })

export const settleSent = (
  store: OutboxStore,
  lease: Lease,
  ids: readonly number[],
  sent: { sentAs: SentAs; remoteId: string | undefined; answer: SeenAnswer },
): Promise<boolean> =>
  whileLeased(store, lease, async (connection) => {
    await query(
      connection,
      `update ${store.schema}.messages
          set state = 'sent', settled_at = now(), sent_as = $2, remote_id = $3, answer = $4, body = null,
              bytes = 0, content = case when merge_key is null then null else content end
        where id = any($1) and state = 'sending'`,
      [ids, sent.sentAs, sent.remoteId ?? null, jsonOf(sent.answer)],
    )
    await query(
      connection,
      `update ${store.schema}.destinations set failures = 0, retry_at = null
        where destination = $1 and failures > 0`,
      [lease.destination],
    )
  })

/**
 * Puts messages back, and opens the circuit breaker of the destination for some time. A message whose request
 * may have had its effect stays `sending`.
 */
export const settleFailed = (
  store: OutboxStore,
  lease: Lease,
  ids: readonly number[],
  { answer, waitMs }: { answer: SeenAnswer; waitMs: number },
): Promise<boolean> =>
  whileLeased(store, lease, async (connection) => {
    await query(
      connection,
      `update ${store.schema}.messages set state = $3, answer = $2
        where id = any($1) and state = 'sending'`,
      [ids, jsonOf(answer), answer.effect === 'unknown' ? 'sending' : 'waiting'],
    )
    await query(
      connection,
      `update ${store.schema}.destinations set failures = failures + 1, last_failure = $2, changed_at = now(),
              retry_at = clock_timestamp() + $3 * interval '1 millisecond'
        where destination = $1`,
      [lease.destination, `${answer.status ?? ''} ${answer.text}`.trim().slice(0, 500), waitMs],
    )
  })

/** How messages end that were not sent, and what is kept of them: a dead letter can be sent again. */
const unsentEnds = {
  dead: '',
  discarded: ', content = null, body = null, bytes = 0',
} as const

/**
 * Ends messages that were not sent. `dead`: this destination will not take them. `discarded`: nobody is there
 * for them.
 */
export const settleUnsent = (
  store: OutboxStore,
  lease: Lease,
  ids: readonly number[],
  end: keyof typeof unsentEnds,
  answer: SeenAnswer,
): Promise<boolean> =>
  whileLeased(store, lease, async (connection) => {
    await query(
      connection,
      `update ${store.schema}.messages
          set state = $3, settled_at = now(), answer = $2${unsentEnds[end]}
        where id = any($1) and state = 'sending'`,
      [ids, jsonOf(answer), end],
    )
  })
