import { type Pool, queryPrepared } from '../../../lib/database.ts'
import type { HolderRow } from './holder-row.ts'
import { isoTime } from './views.ts'

interface RefRow {
  ref: string
  sha: string
  pusher_id: string | null
  pusher_name: string | null
  username: string | null
  pushed_at: string | null
  is_ambiguous: boolean
}

/** `refs/heads/` for branches, `refs/tags/` for tags. */
export type RefPrefix = 'refs/heads/' | 'refs/tags/'

/**
 * The branches or tags of a project, by name. What was deleted is left out.
 *
 * @param after the name behind which the list begins
 * @throws RetriableError while the database does not answer
 */
export const listRefs = async (
  pool: Pool,
  { realm, id }: Pick<HolderRow, 'realm' | 'id'>,
  prefix: RefPrefix,
  after: string,
  limit: number,
) => {
  const rows = await queryPrepared<RefRow>(
    pool,
    `select refs.ref, refs.sha, refs.pusher_id, refs.pusher_name, users.path as username, refs.pushed_at,
            refs.is_ambiguous
       from project_directory.refs
       left join project_directory.holders as users
         on users.realm = refs.realm and users.kind = 'user' and users.id = refs.pusher_id
      where refs.realm = $1 and refs.project_id = $2 and refs.sha is not null
        and refs.ref > $3::text and refs.ref < $4::text
      order by refs.ref limit $5::integer`,
    [realm, id, prefix + after, prefix.replace(/\/$/, '0'), limit],
  )
  return rows.map(({ ref, sha, pusher_id, pusher_name, username, pushed_at, is_ambiguous }) => ({
    name: ref.slice(prefix.length),
    sha,
    pushed_at: isoTime(pushed_at),
    pusher:
      pusher_id === null && pusher_name === null
        ? null
        : { id: pusher_id === null ? null : Number(pusher_id), username, name: pusher_name },
    ambiguous: is_ambiguous,
  }))
}
