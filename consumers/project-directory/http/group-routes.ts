import { z } from 'zod'
import type { HolderRow } from '../read/holder-row.ts'
import { firstHolder, holderPlace, listHolders } from '../read/list-holders.ts'
import { groupOf, groupsOf, projectsOf } from '../read/views.ts'
import { membersRoute } from './members-route.ts'
import { readPage } from './pages.ts'
import { pageQuery, scopeQuery } from './query-shapes.ts'
import { defineSubject, type Route, type RouteRequest } from './route.ts'
import { freshnessShape, groupShape, pageShape, projectShape } from './shapes.ts'

const treeQuery = z.object({
  ...scopeQuery.shape,
  ...pageQuery.shape,
  nested: z
    .enum(['true', 'false'])
    .default('true')
    .describe('Whether what lies in groups below it is listed, too.'),
})

/** One page of what lies below a group. */
const readBelow = (
  { pool, scope, query }: RouteRequest<z.output<typeof treeQuery>>,
  holder: HolderRow,
  kind: 'project' | 'group',
) =>
  readPage<HolderRow>(query, firstHolder, holderPlace, (after, limit) =>
    listBelow(pool, scope, holder, kind, query.nested, after, limit),
  )

export const groupRoutes: readonly Route[] = [
  defineSubject({
    path: '/groups/{group}',
    subject: 'group',
    summary: 'One group, with the group above it.',
    query: scopeQuery,
    result: z.object({ ...groupShape.shape, ...freshnessShape.shape }),
    hasLines: false,
    answer: async (_request, holder) => ({ body: groupOf(holder) }),
  }),
  defineSubject({
    path: '/groups/{group}/projects',
    subject: 'group',
    summary: 'The projects of a group, by path.',
    query: treeQuery,
    result: pageShape(projectShape),
    hasLines: false,
    answer: async (request, holder) => {
      const { rows, next_cursor } = await readBelow(request, holder, 'project')
      return { body: { items: await projectsOf(request.pool, rows), next_cursor } }
    },
  }),
  defineSubject({
    path: '/groups/{group}/subgroups',
    subject: 'group',
    summary: 'The groups below a group, by path.',
    query: treeQuery,
    result: pageShape(groupShape),
    hasLines: false,
    answer: async (request, holder) => {
      const { rows, next_cursor } = await readBelow(request, holder, 'group')
      return { body: { items: await groupsOf(request.pool, rows), next_cursor } }
    },
  }),
  membersRoute('/groups/{group}/members', 'group'),
]

/** Nothing is known below a group whose path is unknown. */
const listBelow = (
  pool: Parameters<typeof listHolders>[0],
  scope: Parameters<typeof listHolders>[1],
  { path, instance }: HolderRow,
  kind: 'project' | 'group',
  nested: 'true' | 'false',
  after: readonly (string | number)[],
  limit: number,
): Promise<HolderRow[]> =>
  path === null
    ? Promise.resolve([])
    : listHolders(
        pool,
        { ...scope, instance },
        { kind, below: path, isDirect: nested === 'false' },
        after,
        limit,
      )
