import { z } from 'zod'
import { demandLevel, findProject, repositoryLevel } from '../access.ts'
import { notFound } from '../reply.ts'
import { type Call, defineRoute, ok, type Route } from '../route.ts'
import { projectPath, type StoredProject, type StoredRef } from '../state.ts'

/** A commit as it is part of a branch or tag. */
export const refCommit = ({ sha, committed_date, message }: StoredRef) => ({
  id: sha,
  short_id: sha.slice(0, 8),
  created_at: committed_date,
  parent_ids: [],
  title: message.split('\n')[0],
  message,
  author_name: 'Tove Berg',
  author_email: 'tove.berg@nordlicht.example',
  authored_date: committed_date,
  committer_name: 'Tove Berg',
  committer_email: 'tove.berg@nordlicht.example',
  committed_date,
})

/** The project of the path, if the caller may read its repository. @throws Refusal */
export const readableProject = ({
  state,
  caller,
  path,
}: Pick<Call<object, object>, 'state' | 'caller' | 'path'>): StoredProject => {
  const project = findProject(state, caller, path.id ?? '')
  demandLevel(state, caller, project, repositoryLevel(project))
  return project
}

const branchEntity = (
  call: Pick<Call<object, object>, 'state' | 'webUrl'>,
  ref: StoredRef,
  project: StoredProject,
) => ({
  name: ref.name,
  merged: false,
  protected: ref.protected,
  developers_can_push: false,
  developers_can_merge: false,
  can_push: false,
  default: ref.name === project.default_branch,
  web_url: `${call.webUrl}/${projectPath(call.state, project)}/-/tree/${ref.name}`,
  commit: refCommit(ref),
})

// https://docs.gitlab.com/api/branches/
export const branchRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/projects/:id/repository/branches',
    scope: 'read_api',
    paging: 'refs',
    query: z.object({
      search: z.string().optional(),
      regex: z.string().optional(),
      sort: z.enum(['name_asc', 'updated_asc', 'updated_desc']).optional(),
    }),
    answer: (call) => {
      const project = readableProject(call)
      return ok(
        call.state.refs
          .filter(({ kind, project_id }) => kind === 'branches' && project_id === project.id)
          .filter(({ name }) => name.includes(call.query.search ?? ''))
          .map((ref) => branchEntity(call, ref, project))
          .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      )
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/projects/:id/repository/branches/:branch',
    scope: 'read_api',
    answer: (call) => {
      const project = readableProject(call)
      const ref = call.state.refs.find(
        ({ kind, project_id, name }) =>
          kind === 'branches' && project_id === project.id && name === call.path.branch,
      )
      if (ref === undefined) throw notFound('Branch')
      return ok(branchEntity(call, ref, project))
    },
  }),
]
