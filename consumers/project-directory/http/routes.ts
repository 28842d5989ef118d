import { z } from 'zod'
import { projectsOf } from '../read/views.ts'
import { scopeQuery } from './query-shapes.ts'
import { defineSubject, type Route } from './route.ts'
import { freshnessShape, parentShape, projectShape } from './shapes.ts'

/** Every route of the API. */
export const routes: readonly Route[] = [
  defineSubject({
    path: '/projects/{project}',
    subject: 'project',
    summary: 'One project.',
    query: scopeQuery,
    result: z.object({ ...projectShape.shape, ...freshnessShape.shape }),
    hasLines: false,
    answer: async ({ pool }, holder) => ({ body: (await projectsOf(pool, [holder]))[0] ?? {} }),
  }),
  defineSubject({
    path: '/projects/{project}/group',
    subject: 'project',
    summary: 'The group of a project, or the user whose personal project it is.',
    query: scopeQuery,
    result: z.object({ ...parentShape.shape, ...freshnessShape.shape }),
    hasLines: true,
    answer: async ({ pool }, holder) => {
      const [project] = await projectsOf(pool, [holder])
      return { body: project?.group ?? {}, lines: project?.group.path ? [project.group.path] : [] }
    },
  }),
]
