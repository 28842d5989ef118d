import { z } from 'zod'
import type { HolderRow } from '../read/holder-row.ts'
import { firstHolder, groupPathOf, holderPlace, listHolders } from '../read/list-holders.ts'
import { listRefs, type RefPrefix } from '../read/list-refs.ts'
import { projectOf, projectsOf } from '../read/views.ts'
import { membersRoute } from './members-route.ts'
import { readPage } from './pages.ts'
import { pageQuery, scopeQuery, searchQuery } from './query-shapes.ts'
import { defineList, defineSubject, type Route } from './route.ts'
import { freshnessShape, pageShape, parentShape, projectShape, refShape } from './shapes.ts'

const listQuery = z.object({ ...scopeQuery.shape, ...pageQuery.shape })

const refsRoute = (name: 'branches' | 'tags', prefix: RefPrefix): Route =>
  defineSubject({
    path: `/projects/{project}/${name}`,
    subject: 'project',
    summary: `The ${name} of a project, by name, each with its last commit and who pushed it.`,
    query: listQuery,
    result: pageShape(refShape),
    hasLines: true,
    answer: async ({ pool, query }, holder) => {
      const { rows: items, next_cursor } = await readPage(
        query,
        [''],
        (row: { name: string }) => [row.name],
        ([after], limit) => listRefs(pool, holder, prefix, String(after), limit),
      )
      return { body: { items, next_cursor }, lines: items.map((item) => item.name) }
    },
  })

export const projectRoutes: readonly Route[] = [
  defineList({
    path: '/projects',
    summary: 'Projects by path. Several parameters limit the list together.',
    query: z.object({ ...listQuery.shape, ...searchQuery.shape }),
    result: pageShape(projectShape),
    hasLines: false,
    answer: async ({ pool, scope, query }) => {
      const below = query.group === undefined ? undefined : await groupPathOf(pool, scope, query.group)
      const filter = { kind: 'project', name: query.name, path: query.path, below, part: query.q } as const
      const { rows, next_cursor } = await readPage<HolderRow>(
        query,
        firstHolder,
        holderPlace,
        (after, limit) => listHolders(pool, scope, filter, after, limit),
      )
      return { body: { items: await projectsOf(pool, rows), next_cursor } }
    },
  }),
  defineSubject({
    path: '/projects/{project}',
    subject: 'project',
    summary: 'One project.',
    query: scopeQuery,
    result: z.object({ ...projectShape.shape, ...freshnessShape.shape }),
    hasLines: false,
    answer: async (_request, holder) => ({ body: projectOf(holder) }),
  }),
  defineSubject({
    path: '/projects/{project}/group',
    subject: 'project',
    summary: 'The group of a project, or the user whose personal project it is.',
    query: scopeQuery,
    result: z.object({ ...parentShape.shape, ...freshnessShape.shape }),
    hasLines: true,
    answer: async (_request, holder) => {
      const { group } = projectOf(holder)
      return { body: group, lines: group.path === null ? [] : [group.path] }
    },
  }),
  refsRoute('branches', 'refs/heads/'),
  refsRoute('tags', 'refs/tags/'),
  membersRoute('/projects/{project}/members', 'project'),
]
