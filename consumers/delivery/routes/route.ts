import { z } from 'zod'
import { type EventType, eventTypes } from '../../../schemas/catalogue.ts'
import { templateProblem } from './template-problem.ts'

/** A text with the placeholders of handlebars. */
export const template = z.string().superRefine((text, context) => {
  const message = templateProblem(text)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

const names = z.union([z.string().transform((name) => [name]), z.array(z.string()).min(1)])
const event = z.enum(eventTypes as [EventType, ...EventType[]], {
  error: ({ input }) => `there is no event ${typeof input === 'string' ? input.slice(0, 60) : ''}`,
})
const visibility = z.enum(['public', 'internal', 'private'])

/**
 * Which events go to which destinations. Every condition that is given must hold; of a list, one item.
 * `projects`, `groups`, `branches`, `labels` and `authors` are globs: `*` is a part of a path, `**` any path.
 */
export const routeShape = z.strictObject({
  to: names,
  /** Without it: every event that belongs to a project. */
  events: z.array(event).min(1).optional(),
  sources: names.optional(),
  projects: names.optional(),
  groups: names.optional(),
  actions: names.optional(),
  branches: names.optional(),
  labels: names.optional(),
  authors: names.optional(),
  /** Of pipelines, jobs, deployments and vulnerabilities. `fixed`: success after failed. */
  status: names.optional(),
  visibility: z.array(visibility, { error: 'is required: a list of public, internal, private' }).min(1),
  confidential: z.boolean().default(false),
  /** Whether every event is told, or pipelines only when the state of their branch changes. */
  notify: z.enum(['every', 'change']).default('change'),
  child_pipelines: z.boolean().default(false),
  mention: z.array(z.enum(['author', 'assignees', 'reviewers'])).default([]),
  /** A handlebars template for the text. */
  template: template.optional(),
  /** Only for events that no other route takes. */
  default: z.boolean().default(false),
})

export type Route = z.output<typeof routeShape>
