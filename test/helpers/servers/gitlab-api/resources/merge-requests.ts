import { z } from 'zod'
import { demandLevel } from '../access.ts'
import { unprocessable } from '../reply.ts'
import { boolean, type Call, defineRoute, ok, type Route } from '../route.ts'
import { level, projectPath, type StoredNoteable, type StoredProject } from '../state.ts'
import { findNoteable, noteableKinds } from './noteables.ts'
import { briefUser } from './users.ts'

const [mergeRequests] = noteableKinds

type Place = Pick<Call<object, object>, 'state' | 'webUrl'>

const entityOf = ({ state, webUrl }: Place, request: StoredNoteable, project: StoredProject) => ({
  id: request.id,
  iid: request.iid,
  project_id: request.project_id,
  title: request.title,
  description: request.description,
  state: request.state,
  created_at: request.created_at,
  updated_at: request.updated_at,
  target_branch: request.target_branch,
  source_branch: request.source_branch,
  author: briefUser(state, request.author_id, webUrl),
  assignees: request.assignee_ids.map((id) => briefUser(state, id, webUrl)),
  reviewers: request.reviewer_ids.map((id) => briefUser(state, id, webUrl)),
  source_project_id: request.project_id,
  target_project_id: request.project_id,
  labels: request.labels,
  draft: request.draft,
  prepared_at: request.prepared_at,
  sha: request.commits[0]?.id ?? null,
  web_url: `${webUrl}/${projectPath(state, project)}/-/merge_requests/${request.iid}`,
})

const pathOf = (rest: string) => `/projects/:id/merge_requests/:merge_request_iid${rest}`

// https://docs.gitlab.com/api/merge_requests/
export const mergeRequestRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: pathOf(''),
    scope: 'read_api',
    answer: (call) => {
      const { noteable, project } = findNoteable(call, mergeRequests)
      return ok(entityOf(call, noteable, project))
    },
  }),
  defineRoute({
    method: 'PUT',
    path: pathOf(''),
    scope: 'api',
    body: z.object({
      add_labels: z.string().optional(),
      remove_labels: z.string().optional(),
      labels: z.string().optional(),
      title: z.string().min(1).optional(),
      description: z.string().optional(),
      state_event: z.enum(['close', 'reopen']).optional(),
    }),
    answer: (call) => {
      const { noteable, project } = findNoteable(call, mergeRequests)
      demandLevel(call.state, call.caller, project, level.reporter)
      if (noteable.state === 'merged' && call.body.state_event !== undefined)
        throw unprocessable('State of a merged merge request cannot be changed')
      change(noteable, call.body, call.now())
      return ok(entityOf(call, noteable, project))
    },
  }),
  defineRoute({
    method: 'GET',
    path: pathOf('/commits'),
    scope: 'read_api',
    paging: 'offset',
    answer: (call) => ok(findNoteable(call, mergeRequests).noteable.commits),
  }),
  defineRoute({
    method: 'GET',
    path: pathOf('/diffs'),
    scope: 'read_api',
    paging: 'offset',
    query: z.object({ unidiff: boolean().optional() }),
    answer: (call) =>
      ok(
        findNoteable(call, mergeRequests).noteable.changed_paths.map((paths) => ({
          ...paths,
          a_mode: '100644',
          b_mode: '100644',
          diff: '@@ -1 +1 @@\n-old\n+new\n',
          new_file: false,
          renamed_file: paths.old_path !== paths.new_path,
          deleted_file: false,
        })),
      ),
  }),
  defineRoute({
    method: 'GET',
    path: pathOf('/participants'),
    scope: 'read_api',
    answer: (call) => {
      const { noteable } = findNoteable(call, mergeRequests)
      const authors = call.state.notes
        .filter(({ noteable_id, system }) => noteable_id === noteable.id && !system)
        .map(({ author_id }) => author_id)
      const people = [noteable.author_id, ...noteable.assignee_ids, ...noteable.reviewer_ids, ...authors]
      return ok([...new Set(people)].map((id) => briefUser(call.state, id, call.webUrl)))
    },
  }),
]

interface Changes {
  add_labels?: string | undefined
  remove_labels?: string | undefined
  labels?: string | undefined
  title?: string | undefined
  description?: string | undefined
  state_event?: 'close' | 'reopen' | undefined
}

const change = (request: StoredNoteable, changes: Changes, now: string): void => {
  const names = (text = '') => text.split(',').filter((name) => name !== '')
  const base = changes.labels === undefined ? request.labels : names(changes.labels)
  const removed = new Set(names(changes.remove_labels))
  const labels = new Set([...base, ...names(changes.add_labels)])
  request.labels = [...labels].filter((label) => !removed.has(label)).sort()
  request.title = changes.title ?? request.title
  request.description = changes.description ?? request.description
  if (changes.state_event !== undefined) request.state = changes.state_event === 'close' ? 'closed' : 'opened'
  request.updated_at = now
}
