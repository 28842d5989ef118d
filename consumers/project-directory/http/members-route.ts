import { z } from 'zod'
import { listMembers } from '../read/list-members.ts'
import { readPage } from './pages.ts'
import { pageQuery, scopeQuery } from './query-shapes.ts'
import { defineSubject, type Route } from './route.ts'
import { memberShape, pageShape } from './shapes.ts'

export const membersRoute = (path: string, subject: 'project' | 'group'): Route =>
  defineSubject({
    path,
    subject,
    summary: `The direct members of a ${subject}, each with the role.`,
    query: z.object({ ...scopeQuery.shape, ...pageQuery.shape }),
    result: pageShape(memberShape),
    hasLines: false,
    answer: async ({ pool, query }, holder) => {
      const { rows: items, next_cursor } = await readPage(
        query,
        [0],
        (row: { id: number }) => [row.id],
        ([after], limit) => listMembers(pool, holder, Number(after), limit),
      )
      return { body: { items, next_cursor } }
    },
  })
