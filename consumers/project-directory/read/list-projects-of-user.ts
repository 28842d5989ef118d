import { type Pool, queryPrepared } from '../../../lib/database.ts'
import { type HolderRow, holderColumns } from './holder-row.ts'
import { inScope, type Scope, scopeValues, visible } from './scope.ts'

/** How a user is a member: of the project, of a group above it, or as its owner. */
export interface Via {
  kind: 'project' | 'group' | 'user'
  id: number
  access: string | null
}

/**
 * The projects of a user: personal ones, those with a direct membership, and those below a group with one.
 *
 * @param after the place behind which the list begins, as for `listHolders`
 * @throws RetriableError while the database does not answer
 */
export const listProjectsOfUser = (
  pool: Pool,
  scope: Scope,
  user: Pick<HolderRow, 'realm' | 'id' | 'path'>,
  after: readonly (string | number)[],
  limit: number,
): Promise<(HolderRow & { via: Via[] })[]> =>
  queryPrepared(
    pool,
    `with via as (
       select members.realm, members.id as project, 'project' as kind, members.id, members.access
         from project_directory.members
        where members.realm = $9 and members.user_id = $10 and members.is_member and members.kind = 'project'
       union all
       select members.realm, below.id, 'group', members.id, members.access
         from project_directory.members
         join project_directory.holders as groups
           on groups.realm = members.realm and groups.kind = 'group' and groups.id = members.id
          and groups.state <> 'destroyed'
         join project_directory.holders as below
           on below.kind = 'project' and below.realm = groups.realm
          and below.path_key > groups.path_key || '/' and below.path_key < groups.path_key || '0'
        where members.realm = $9 and members.user_id = $10 and members.is_member and members.kind = 'group'
       union all
       select realm, id, 'user', $10, 'owner' from project_directory.holders
        where realm = $9 and kind = 'project'
          and path_key > lower($11) || '/' and path_key < lower($11) || '0'
     )
     select ${holderColumns},
            json_agg(json_build_object('kind', via.kind, 'id', via.id, 'access', via.access)
                     order by via.kind, via.id) as via
       from via
       join project_directory.holders
         on holders.realm = via.realm and holders.kind = 'project' and holders.id = via.project
       ${inScope}
      where holders.state <> 'destroyed' and ${visible('project', scope)}
        and (holders.path_key, holders.realm, holders.id) > ($5, $6::integer, $7::bigint)
      group by holders.realm, holders.kind, holders.id, realms.id
      order by holders.path_key, holders.realm, holders.id limit $8::integer`,
    [...scopeValues(scope), ...after, limit, user.realm, user.id, user.path],
  )
