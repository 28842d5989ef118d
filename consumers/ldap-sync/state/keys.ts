import { type Connection, type Pool, query } from '../../../lib/database.ts'

/** An SSH key of GitLab, and the entry of the user that has it. */
export interface StoredKey {
  instance: string
  keyId: number
  userId: number
  key: string
  life: 'exists' | 'destroyed'
  dn: string
  dnKey: string
  /** The entry to which the worker added it. */
  addedTo: string | undefined
}

interface Row {
  instance: string
  key_id: string
  user_id: string
  key: string
  destroyed: boolean
  dn: string
  dn_key: string
  added_to: string | null
}

/**
 * The keys that are to be added or removed, of users that are bound to an entry. A user that GitLab has
 * deleted gets no key, and loses the ones that the worker added.
 *
 * @param usernames undefined: of all users
 */
export const loadOpenKeys = async (
  database: Pool | Connection,
  usernames: readonly string[] | undefined,
): Promise<StoredKey[]> => {
  const rows = await query<Row & Record<string, unknown>>(
    database,
    `select distinct on (key_id, keys.instance)
            keys.instance, key_id, key, keys.destroyed, added_to, user_id, dn, dn_key
       from ldap_sync.keys join ldap_sync.people using (instance, username)
      where dn is not null and (keys.destroyed or not people.destroyed)
        and ($1::text[] is null or username = any($1))
        -- A key that exists and was not added, or one that was added and is gone.
        and (keys.destroyed = (keys.added_to is not null)
             -- A key whose addition was not answered.
             or not keys.destroyed and (added_to, key) in
                  (select operation ->> 'dn', jsonb_array_elements_text(operation -> 'add')
                     from ldap_sync.operations where outcome = 'sent' and target_id is null))
      -- The name of a deleted user may be used again.
      order by key_id, keys.instance, people.destroyed`,
    [usernames ?? null],
  )
  return rows.map((row) => ({
    instance: row.instance,
    keyId: Number(row.key_id),
    userId: Number(row.user_id),
    key: row.key,
    life: row.destroyed ? 'destroyed' : 'exists',
    dn: row.dn,
    dnKey: row.dn_key,
    addedTo: row.added_to ?? undefined,
  }))
}

export const setKeyPlace = (
  database: Pool | Connection,
  { instance, keyId }: Pick<StoredKey, 'instance' | 'keyId'>,
  addedTo: string | null,
): Promise<unknown> =>
  query(database, 'update ldap_sync.keys set added_to = $3 where instance = $1 and key_id = $2', [
    instance,
    keyId,
    addedTo,
  ])
