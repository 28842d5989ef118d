import { createHash } from 'node:crypto'
import { type Connection, type Pool, query } from '../../../lib/database.ts'
import { itemKeyOf, type Proposed } from '../plan/change.ts'
import type { HoldCause, HoldRef } from '../plan/hold.ts'

type Database = Pool | Connection

/** Changes that wait for a person, and why. */
export interface Hold extends HoldRef {
  id: number
  createdAt: Date
  expiresAt: Date
  state: 'open' | 'approved' | 'expired' | 'void'
  reference: string | undefined
  items: readonly Proposed[]
  /** Of the list of changes. A hold is approved only with the digest that was shown. */
  digest: string
}

/** Adds changes to a hold, which is opened if there is none with this cause and scope. */
export const holdItems = async (
  database: Database,
  { cause, scope }: HoldRef,
  items: readonly Proposed[],
  reference?: string,
): Promise<number> => {
  const [row] = await query<{ hold_id: string }>(
    database,
    `insert into ldap_sync.holds (cause, scope, reference) values ($1, $2, $3)
     on conflict (cause, scope) where state = 'open' do update set scope = excluded.scope
     returning hold_id`,
    [cause, scope, reference ?? null],
  )
  for (const item of items)
    await query(
      database,
      `insert into ldap_sync.hold_items (hold_id, item_key, target_id, user_id, change)
       values ($1, $2, $3, $4, $5)
       on conflict (hold_id, item_key) do nothing`,
      [row?.hold_id, itemKeyOf(item), item.targetId ?? null, item.userId ?? null, JSON.stringify(item)],
    )
  return Number(row?.hold_id)
}

/**
 * Takes the changes of these users out of the holds, because they are decided about again.
 *
 * @param users undefined: all of the LDAP group
 */
export const releaseItems = (
  database: Database,
  targetId: number,
  users: readonly number[] | undefined,
): Promise<unknown> =>
  query(
    database,
    `delete from ldap_sync.hold_items using ldap_sync.holds
      where holds.hold_id = hold_items.hold_id and state = 'open' and cause <> 'undo'
        and target_id = $1 and ($2::bigint[] is null or user_id = any($2))`,
    [targetId, users ?? null],
  )

/**
 * Takes the SSH keys of these users out of the holds, because they are decided about again.
 *
 * @param usernames undefined: of all users
 */
export const releaseKeys = (database: Database, usernames: readonly string[] | undefined): Promise<unknown> =>
  query(
    database,
    `delete from ldap_sync.hold_items using ldap_sync.holds
      where holds.hold_id = hold_items.hold_id and state = 'open' and cause <> 'undo' and target_id is null
        and ($1::text[] is null
             or user_id in (select user_id from ldap_sync.people where username = any($1)))`,
    [usernames ?? null],
  )

/** Closes the holds in which nothing is left. */
export const closeEmptyHolds = (database: Database): Promise<unknown> =>
  query(
    database,
    `update ldap_sync.holds set state = 'void', closed_at = now()
      where state = 'open' and not exists (select from ldap_sync.hold_items where hold_id = holds.hold_id)`,
    [],
  )

export const closeHold = (database: Database, id: number, state: 'approved' | 'void'): Promise<unknown> =>
  query(database, 'update ldap_sync.holds set state = $2, closed_at = now() where hold_id = $1', [id, state])

interface Row {
  hold_id: string
  cause: HoldCause
  scope: string
  created_at: Date
  expires_at: Date
  state: Hold['state']
  reference: string | null
  items: Proposed[] | null
}

/** The open holds, the oldest first. */
export const loadHolds = async (database: Database): Promise<Hold[]> => {
  const rows = await query<Row>(
    database,
    `select holds.*, (select json_agg(change order by item_key) from ldap_sync.hold_items
                       where hold_id = holds.hold_id) as items
       from ldap_sync.holds where state = 'open' and expires_at > now() order by hold_id`,
    [],
  )
  return rows.map((row) => {
    const items = row.items ?? []
    return {
      id: Number(row.hold_id),
      cause: row.cause,
      scope: row.scope,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      state: row.state,
      reference: row.reference ?? undefined,
      items,
      digest: digestOf(items),
    }
  })
}

/** Equal for equal lists of changes. */
export const digestOf = (items: readonly Proposed[]): string =>
  createHash('sha256').update(items.map(itemKeyOf).sort().join('\n')).digest('hex').slice(0, 16)
