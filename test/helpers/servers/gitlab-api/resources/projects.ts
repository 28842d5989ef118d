import { z } from 'zod'
import { findProject, isVisible, levelIn } from '../access.ts'
import { boolean, defineRoute, integer, ok, type Route } from '../route.ts'
import { type GitlabState, groupPath, projectPath, type StoredProject } from '../state.ts'

/** A project as GitLab shows it. */
export const projectEntity = (state: GitlabState, project: StoredProject, webUrl: string) => {
  const path = projectPath(state, project)
  const group = state.groups.find(({ id }) => id === project.group_id)
  const namespacePath = group === undefined ? '' : groupPath(state, group)
  return {
    id: project.id,
    description: null,
    name: project.name,
    name_with_namespace: `${group?.name ?? ''} / ${project.name}`,
    path: project.path,
    path_with_namespace: path,
    created_at: project.created_at,
    updated_at: project.updated_at,
    last_activity_at: project.updated_at,
    default_branch: project.default_branch,
    topics: [],
    ssh_url_to_repo: `git@gitlab.example:${path}.git`,
    http_url_to_repo: `${webUrl}/${path}.git`,
    web_url: `${webUrl}/${path}`,
    visibility: project.visibility,
    archived: project.archived,
    empty_repo: project.default_branch === null,
    marked_for_deletion_on: null,
    namespace: {
      id: project.group_id,
      name: group?.name,
      path: group?.path,
      kind: 'group',
      full_path: namespacePath,
      parent_id: group?.parent_id ?? null,
      avatar_url: null,
      web_url: `${webUrl}/groups/${namespacePath}`,
    },
  }
}

const listQuery = z.object({
  search: z.string().optional(),
  archived: boolean().optional(),
  membership: boolean().optional(),
  simple: boolean().optional(),
  visibility: z.enum(['private', 'internal', 'public']).optional(),
  min_access_level: integer().optional(),
  id_after: integer().optional(),
  id_before: integer().optional(),
  updated_after: z.iso.datetime({ offset: true }).optional(),
  include_pending_delete: boolean().optional(),
  order_by: z.enum(['id', 'name', 'path', 'created_at', 'updated_at', 'last_activity_at']).optional(),
  sort: z.enum(['asc', 'desc']).optional(),
})

// https://docs.gitlab.com/api/projects/
export const projectRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/projects',
    scope: 'read_api',
    paging: { keyset: ['id'] },
    query: listQuery,
    answer: ({ state, caller, query, webUrl }) => {
      const access = (project: StoredProject) => levelIn(state, caller.user, project)
      return ok(
        state.projects
          .filter((project) => isVisible(project.visibility, access(project)))
          .filter((project) => access(project) >= (query.min_access_level ?? 0))
          .filter((project) => query.membership !== true || access(project) > 0)
          .filter(({ archived }) => query.archived === undefined || archived === query.archived)
          .filter(({ visibility }) => query.visibility === undefined || visibility === query.visibility)
          .filter(({ name }) => name.includes(query.search ?? ''))
          .filter(({ id }) => id > (query.id_after ?? 0) && id < (query.id_before ?? Number.MAX_VALUE))
          .filter(
            ({ updated_at }) => Date.parse(updated_at) > Date.parse(query.updated_after ?? '1970-01-01'),
          )
          .toSorted((a, b) => b.created_at.localeCompare(a.created_at))
          .map((project) => projectEntity(state, project, webUrl)),
      )
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/projects/:id',
    scope: 'read_api',
    query: z.object({ statistics: boolean().optional(), license: boolean().optional() }),
    answer: ({ state, caller, path, webUrl }) =>
      ok(projectEntity(state, findProject(state, caller, path.id ?? ''), webUrl)),
  }),
]
