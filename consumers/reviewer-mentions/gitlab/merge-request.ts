import { z } from 'zod'
import { apiPath } from '../../gitlab-api/api-path.ts'
import type { GitlabApi } from '../../gitlab-api/gitlab-api.ts'

/** Which merge request a message is about. */
export interface MergeRequestPlace {
  project_id: number
  iid: number
}

const user = z.object({ id: z.number(), username: z.string() })

// https://docs.gitlab.com/api/merge_requests/#get-single-mr
const mergeRequest = z.object({
  state: z.string(),
  draft: z.boolean().default(false),
  author: user.nullish(),
  assignees: z.array(user).default([]),
  reviewers: z.array(user).default([]),
  web_url: z.string().optional(),
  /** Null until GitLab has computed the changes. Old versions do not send it. */
  prepared_at: z.string().nullish(),
})
export type MergeRequest = z.output<typeof mergeRequest>

// https://docs.gitlab.com/api/merge_requests/#list-merge-request-diffs
const diff = z.object({ old_path: z.string(), new_path: z.string() })

// https://docs.gitlab.com/api/notes/#list-all-merge-request-notes
const note = z.object({ id: z.number(), body: z.string(), system: z.boolean(), author: user.nullish() })
export type Note = z.output<typeof note>

/** What the worker reads and writes of one merge request. All methods throw as `GitlabApi.call` does. */
export interface MergeRequestApi {
  /** The account of the token. */
  self(): Promise<{ id: number; username: string }>
  /** Whether a user, and not a group, has this name. Upper and lower case are the same. */
  isActiveUser(username: string): Promise<boolean>
  read(): Promise<MergeRequest>
  changedPaths(): Promise<string[]>
  /** All notes, oldest first. */
  notes(): Promise<Note[]>
  addNote(body: string): Promise<Note>
  editNote(id: number, body: string): Promise<Note>
}

/** One diff can have 200 kB, so that a page has few of them. */
const diffsPerPage = 20

export const mergeRequestApi = (
  api: GitlabApi,
  { project_id, iid }: MergeRequestPlace,
  signal: AbortSignal,
): MergeRequestApi => {
  const base = apiPath`/projects/${project_id}/merge_requests/${iid}`
  const notes = apiPath`/projects/${project_id}/merge_requests/${iid}/notes`
  const paging = { by: 'page' } as const
  return {
    isActiveUser: async (username) => {
      const query = { username, active: 'true' }
      const found = await api.call({ path: apiPath`/users`, query, read: z.array(user), signal })
      return found.some((each) => each.username.toLowerCase() === username.toLowerCase())
    },
    self: () => api.call({ path: apiPath`/user`, read: user, signal }),
    read: () => api.call({ path: base, read: mergeRequest, signal }),
    changedPaths: async () => {
      const path = apiPath`/projects/${project_id}/merge_requests/${iid}/diffs`
      const found = new Set<string>()
      for await (const diffs of api.pages({ path, read: diff, paging, perPage: diffsPerPage, signal }))
        for (const { old_path, new_path } of diffs) found.add(old_path).add(new_path)
      return [...found]
    },
    notes: async () => {
      const query = { sort: 'asc', order_by: 'created_at' }
      const all: Note[] = []
      for await (const page of api.pages({ path: notes, query, read: note, paging, signal }))
        all.push(...page)
      return all
    },
    addNote: (body) => api.call({ method: 'POST', path: notes, body: { body }, read: note, signal }),
    editNote: (id, body) => {
      const path = apiPath`/projects/${project_id}/merge_requests/${iid}/notes/${id}`
      return api.call({ method: 'PUT', path, body: { body }, read: note, signal })
    },
  }
}
