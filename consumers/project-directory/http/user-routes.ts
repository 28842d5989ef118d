import { z } from 'zod'
import type { HolderRow } from '../read/holder-row.ts'
import { firstHolder, holderPlace } from '../read/list-holders.ts'
import { listProjectsOfUser, type Via } from '../read/list-projects-of-user.ts'
import { projectsOf } from '../read/views.ts'
import { readPage } from './pages.ts'
import { pageQuery, scopeQuery } from './query-shapes.ts'
import { defineSubject, type Route } from './route.ts'
import { pageShape, userProjectShape } from './shapes.ts'

export const userRoutes: readonly Route[] = [
  defineSubject({
    path: '/users/{user}/projects',
    subject: 'user',
    summary:
      'The projects of a user: personal ones, and those by membership in the project or a group above it.',
    query: z.object({ ...scopeQuery.shape, ...pageQuery.shape }),
    result: pageShape(userProjectShape),
    hasLines: false,
    answer: async ({ pool, scope, query }, user) => {
      const { rows, next_cursor } = await readPage<HolderRow & { via: Via[] }>(
        query,
        firstHolder,
        holderPlace,
        (after, limit) => listProjectsOfUser(pool, scope, user, after, limit),
      )
      const projects = await projectsOf(pool, rows)
      return {
        body: {
          items: projects.map((project, at) => ({ ...project, via: rows[at]?.via ?? [] })),
          next_cursor,
        },
      }
    },
  }),
]
