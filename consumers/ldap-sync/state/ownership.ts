import { type Connection, type Pool, query } from '../../../lib/database.ts'

/** Stands for the placeholder among the users: GitLab begins to count at 1. */
export const placeholderUser = 0

/** Notes that the worker adds these values, all with one statement. */
export const ownAll = (
  database: Pool | Connection,
  targetId: number,
  members: readonly { userId: number; value: string }[],
): Promise<unknown> =>
  query(
    database,
    `insert into ldap_sync.owned_members select $1, * from unnest($2::bigint[], $3::text[])
     on conflict (target_id, user_id) do update set value = excluded.value`,
    [targetId, members.map(({ userId }) => userId), members.map(({ value }) => value)],
  )

/** Notes that the worker removed the values of these users. */
export const disownAll = (
  database: Pool | Connection,
  targetId: number,
  users: readonly number[],
): Promise<unknown> =>
  query(database, 'delete from ldap_sync.owned_members where target_id = $1 and user_id = any($2)', [
    targetId,
    users,
  ])

/** Notes that the worker added this value, so that it may remove it again. */
export const own = (
  database: Pool | Connection,
  targetId: number,
  userId: number,
  value: string,
): Promise<unknown> =>
  query(
    database,
    `insert into ldap_sync.owned_members values ($1, $2, $3)
     on conflict (target_id, user_id) do update set value = excluded.value`,
    [targetId, userId, value],
  )

export const disown = (database: Pool | Connection, targetId: number, userId: number): Promise<unknown> =>
  query(database, 'delete from ldap_sync.owned_members where target_id = $1 and user_id = $2', [
    targetId,
    userId,
  ])

/** Notes that nothing in the LDAP group is from the worker. */
export const disownEverything = (database: Pool | Connection, targetId: number): Promise<unknown> =>
  query(database, 'delete from ldap_sync.owned_members where target_id = $1', [targetId])

/** The values that the worker added to an LDAP group, or wanted to add. */
export const loadOwnedValues = async (database: Pool | Connection, targetId: number): Promise<string[]> =>
  (
    await query<{ value: string }>(
      database,
      'select value from ldap_sync.owned_members where target_id = $1',
      [targetId],
    )
  ).map(({ value }) => value)

export const ownsPlaceholder = async (database: Pool | Connection, targetId: number): Promise<boolean> => {
  const rows = await query(
    database,
    'select from ldap_sync.owned_members where target_id = $1 and user_id = $2',
    [targetId, placeholderUser],
  )
  return rows.length > 0
}
