import { type Connection, type Pool, query } from '../../../lib/database.ts'
import type { PersonEntry } from '../plan/person-entry.ts'
import type { Target } from './targets.ts'

/** One user and one LDAP group: what GitLab says, and what the worker has added. */
export interface Pair {
  userId: number
  /** Undefined if the user is no member, or not any more. */
  access: string | undefined
  expiresAt: number | undefined
  username: string | undefined
  email: string | undefined
  /** Whether the account can be used at all. */
  account: 'active' | 'blocked' | 'destroyed'
  /** The entry that the user is bound to. */
  entry: PersonEntry | undefined
  /** The value that the worker added to the group for this user. */
  owned: string | undefined
}

interface Row {
  user_id: string
  access: string | null
  expires_at: Date | null
  username: string | null
  email: string | null
  destroyed: boolean | null
  blocked: boolean | null
  dn: string | null
  member_name: string | null
  entry_id: string | null
  owned: string | null
}

/** Which users of a group or project: some of them, or everyone who is or was a member. */
export type Users = 'all' | ReadonlySet<number>

/** The state of each of these users for one LDAP group, ordered by the id of the user. */
export const loadPairs = async (
  database: Pool | Connection,
  { id, container: { instance, kind, id: containerId } }: Pick<Target, 'id' | 'container'>,
  users: Users,
): Promise<Pair[]> => {
  const rows = await query<Row>(
    database,
    `select pair.user_id, case when step < 2 then access end as access, expires_at, username, email,
            destroyed, blocked, dn, member_name, entry_id, owned.value as owned
       from (select user_id from ldap_sync.memberships
              where instance = $1 and kind = $2 and container_id = $3
                and ($5::bigint[] is null or user_id = any($5))
             union
             select user_id from ldap_sync.owned_members
              where target_id = $4 and user_id > 0
                and ($5::bigint[] is null or user_id = any($5))) as pair
       left join ldap_sync.memberships as membership on membership.instance = $1
        and membership.kind = $2 and membership.container_id = $3 and membership.user_id = pair.user_id
       left join ldap_sync.people as person on person.instance = $1 and person.user_id = pair.user_id
       left join ldap_sync.owned_members as owned on owned.target_id = $4 and owned.user_id = pair.user_id
      order by pair.user_id`,
    [instance, kind, containerId, id, users === 'all' ? null : [...users]],
  )
  return rows.map(pairOf)
}

const pairOf = (row: Row): Pair => ({
  userId: Number(row.user_id),
  access: row.access ?? undefined,
  expiresAt: row.expires_at?.getTime(),
  username: row.username ?? undefined,
  email: row.email ?? undefined,
  account: row.destroyed ? 'destroyed' : row.blocked ? 'blocked' : 'active',
  entry:
    row.dn === null
      ? undefined
      : { dn: row.dn, memberName: row.member_name ?? '', id: row.entry_id ?? undefined },
  owned: row.owned ?? undefined,
})
