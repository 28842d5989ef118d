import { z } from 'zod'
import { findGroup, isVisible, levelInGroup } from '../access.ts'
import { forbidden } from '../reply.ts'
import { boolean, type Call, defineRoute, integer, ok, type Route } from '../route.ts'
import { type GitlabState, groupPath, level, type StoredGroup } from '../state.ts'
import { projectEntity } from './projects.ts'

const groupEntity = (state: GitlabState, group: StoredGroup, webUrl: string) => ({
  id: group.id,
  name: group.name,
  path: group.path,
  description: '',
  visibility: group.visibility,
  full_name: groupPath(state, group).replaceAll('/', ' / '),
  full_path: groupPath(state, group),
  parent_id: group.parent_id,
  web_url: `${webUrl}/groups/${groupPath(state, group)}`,
  created_at: '2025-03-01T08:00:00.000Z',
  marked_for_deletion_on: null,
})

const listQuery = z.object({
  search: z.string().optional(),
  top_level_only: boolean().optional(),
  all_available: boolean().optional(),
  min_access_level: integer().optional(),
  order_by: z.enum(['name', 'path', 'id']).optional(),
  sort: z.enum(['asc', 'desc']).optional(),
})

const listGroups = (
  { state, caller, query, webUrl }: Call<z.output<typeof listQuery>, object>,
  isWanted: (group: StoredGroup) => boolean,
) =>
  ok(
    state.groups
      .filter(isWanted)
      .filter((group) => isVisible(group.visibility, levelInGroup(state, caller.user, group)))
      .filter((group) => levelInGroup(state, caller.user, group) >= (query.min_access_level ?? 0))
      .filter(({ parent_id }) => query.top_level_only !== true || parent_id === null)
      .filter(({ name }) => name.includes(query.search ?? ''))
      .map((group) => groupEntity(state, group, webUrl))
      .toSorted((a, b) => a.name.localeCompare(b.name)),
  )

// https://docs.gitlab.com/api/groups/
export const groupRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/groups',
    scope: 'read_api',
    paging: { keyset: ['name', 'id'] },
    query: listQuery,
    answer: (call) => listGroups(call, () => true),
  }),
  defineRoute({
    method: 'GET',
    path: '/groups/:id',
    scope: 'read_api',
    query: z.object({ with_projects: boolean().optional() }),
    answer: ({ state, caller, path, webUrl }) =>
      ok(groupEntity(state, findGroup(state, caller, path.id ?? ''), webUrl)),
  }),
  defineRoute({
    method: 'GET',
    path: '/groups/:id/subgroups',
    scope: 'read_api',
    paging: 'offset',
    query: listQuery,
    answer: (call) => {
      const parent = findGroup(call.state, call.caller, call.path.id ?? '')
      return listGroups(call, ({ parent_id }) => parent_id === parent.id)
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/groups/:id/projects',
    scope: 'read_api',
    paging: { keyset: ['id'] },
    query: z.object({
      include_subgroups: boolean().optional(),
      archived: boolean().optional(),
      with_shared: boolean().optional(),
      simple: boolean().optional(),
      order_by: z.enum(['id', 'name', 'path', 'created_at', 'updated_at']).optional(),
      sort: z.enum(['asc', 'desc']).optional(),
    }),
    answer: ({ state, caller, path, query, webUrl }) => {
      const group = findGroup(state, caller, path.id ?? '')
      const isInside = (id: number | null): boolean => {
        if (id === group.id) return true
        const own = state.groups.find((each) => each.id === id)
        return query.include_subgroups === true && own !== undefined && isInside(own.parent_id)
      }
      return ok(
        state.projects
          .filter(({ group_id }) => isInside(group_id))
          .filter(({ archived }) => query.archived === undefined || archived === query.archived)
          .map((project) => projectEntity(state, project, webUrl)),
      )
    },
  }),
  // https://docs.gitlab.com/api/group_ldap_links/
  defineRoute({
    method: 'GET',
    path: '/groups/:id/ldap_group_links',
    scope: 'read_api',
    answer: ({ state, caller, path }) => {
      const group = findGroup(state, caller, path.id ?? '')
      if (levelInGroup(state, caller.user, group) < level.owner) throw forbidden()
      return ok(group.ldap_group_links)
    },
  }),
]
