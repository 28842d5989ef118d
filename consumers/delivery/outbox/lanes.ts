import { type Pool, query } from '../../../lib/database.ts'
import type { OutboxStore } from './store.ts'

/** A queue that this process may send from until its lease expires. */
export interface Lease {
  destination: string
  lane: string
  owner: string
  /** Grows with each owner: what an earlier owner writes is refused. */
  fence: number
  /** What the queue held when the lease was taken or renewed. */
  seq: number
}

interface LaneRow {
  destination: string
  lane: string
  fence: string
  seq: string
}

/**
 * Takes queues that are not empty, whose destination is active, and which nobody else sends from. A queue
 * that another transaction has locked just now is left for the next time: this order by time is not the order
 * by name in which others lock, so waiting here could be a deadlock.
 *
 * @param most how many are taken
 */
export const takeLanes = async (
  { pool, schema }: OutboxStore,
  owner: string,
  destinations: readonly string[],
  leaseMs: number,
  most: number,
): Promise<Lease[]> => {
  const rows = await query<LaneRow>(
    pool,
    `update ${schema}.lanes as l
        set owner = $1, fence = l.fence + 1, touched_at = now(),
            expires_at = clock_timestamp() + $3 * interval '1 millisecond'
       from (select c.destination, c.lane
               from ${schema}.lanes c join ${schema}.destinations d using (destination)
              where c.seq > c.done and c.destination = any($2) and d.state = 'active'
                and (c.expires_at is null or c.expires_at < clock_timestamp())
                and (d.retry_at is null or d.retry_at <= clock_timestamp())
              order by c.touched_at limit $4 for update of c skip locked) due
      where l.destination = due.destination and l.lane = due.lane
     returning l.destination, l.lane, l.fence, l.seq`,
    [owner, destinations, leaseMs, most],
  )
  return rows.map(({ destination, lane, fence, seq }) => ({
    ...{ destination, lane, owner, fence: Number(fence), seq: Number(seq) },
  }))
}

/** @returns the lease with what the queue holds now; undefined if somebody else has it */
export const renewLease = async (
  { pool, schema }: OutboxStore,
  lease: Lease,
  leaseMs: number,
): Promise<Lease | undefined> => {
  const [row] = await query<{ seq: string }>(
    pool,
    `update ${schema}.lanes set expires_at = clock_timestamp() + $5 * interval '1 millisecond'
      where destination = $1 and lane = $2 and owner = $3 and fence = $4 returning seq`,
    [lease.destination, lease.lane, lease.owner, lease.fence, leaseMs],
  )
  return row && { ...lease, seq: Number(row.seq) }
}

/** Ends a lease. `rest` says whether the queue is empty, or when it is worth to look again. */
export const releaseLease = async (
  { pool, schema }: { pool: Pool; schema: string },
  lease: Lease,
  rest: 'empty' | 'waiting' | { untilMs: number },
): Promise<void> => {
  await query(
    pool,
    `update ${schema}.lanes
        set owner = null, expires_at = to_timestamp($5::float8 / 1000), done = coalesce($6, done)
      where destination = $1 and lane = $2 and owner = $3 and fence = $4`,
    [
      ...[lease.destination, lease.lane, lease.owner, lease.fence],
      typeof rest === 'object' ? rest.untilMs : null,
      rest === 'empty' ? lease.seq : null,
    ],
  )
}
