import { z } from 'zod'
import { notFound } from '../reply.ts'
import { defineRoute, ok, type Route } from '../route.ts'
import type { StoredRef } from '../state.ts'
import { readableProject, refCommit } from './branches.ts'

const tagEntity = (ref: StoredRef) => ({
  name: ref.name,
  message: ref.message,
  target: ref.sha,
  commit: refCommit(ref),
  release: null,
  protected: ref.protected,
  created_at: ref.committed_date,
})

// https://docs.gitlab.com/api/tags/
export const tagRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/projects/:id/repository/tags',
    scope: 'read_api',
    paging: 'refs',
    query: z.object({
      search: z.string().optional(),
      order_by: z.enum(['name', 'updated', 'version']).optional(),
      sort: z.enum(['asc', 'desc']).optional(),
    }),
    answer: (call) => {
      const project = readableProject(call)
      return ok(
        call.state.refs
          .filter(({ kind, project_id }) => kind === 'tags' && project_id === project.id)
          .filter(({ name }) => name.includes(call.query.search ?? ''))
          .toSorted((a, b) => (call.query.sort === 'asc' ? 1 : -1) * (a.name < b.name ? -1 : 1))
          .map(tagEntity),
      )
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/projects/:id/repository/tags/:tag_name',
    scope: 'read_api',
    answer: (call) => {
      const project = readableProject(call)
      const ref = call.state.refs.find(
        ({ kind, project_id, name }) =>
          kind === 'tags' && project_id === project.id && name === call.path.tag_name,
      )
      if (ref === undefined) throw notFound('Tag')
      return ok(tagEntity(ref))
    },
  }),
]
