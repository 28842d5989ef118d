import { type Pool, queryPrepared } from '../../../lib/database.ts'
import type { HolderRow } from './holder-row.ts'
import { isoTime } from './views.ts'

interface MemberRow {
  user_id: string
  username: string | null
  name: string | null
  access: string | null
  is_ambiguous: boolean
  created_at: string
}

/**
 * The direct members of a project or group, by the ids of the users. Destroyed users are left out.
 *
 * @param after the id behind which the list begins
 * @throws RetriableError while the database does not answer
 */
export const listMembers = async (
  pool: Pool,
  { realm, kind, id }: Pick<HolderRow, 'realm' | 'kind' | 'id'>,
  after: number,
  limit: number,
) => {
  const rows = await queryPrepared<MemberRow>(
    pool,
    `select members.user_id, users.path as username, users.name, members.access, members.is_ambiguous,
            members.created_at
       from project_directory.members
       left join project_directory.holders as users
         on users.realm = members.realm and users.kind = 'user' and users.id = members.user_id
      where members.realm = $1 and members.kind = $2 and members.id = $3 and members.is_member
        and members.user_id > $4 and users.state is distinct from 'destroyed'
      order by members.user_id limit $5::integer`,
    [realm, kind, id, after, limit],
  )
  return rows.map(({ user_id, username, name, access, is_ambiguous, created_at }) => ({
    id: Number(user_id),
    username,
    name,
    access,
    ambiguous: is_ambiguous,
    since: created_at === '0' ? null : isoTime(created_at),
  }))
}
