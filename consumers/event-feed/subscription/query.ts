import { z } from 'zod'
import { problemOf } from '../../../lib/problem-of.ts'
import { type EventType, isEventType } from '../../../schemas/catalogue.ts'
import { shapes } from '../log/item.ts'
import { feedEvents } from './events.ts'
import { parseSince } from './since.ts'

const most = 100
const longest = 300
/** More of them would let one address take long to compare. */
const mostWildcards = 4

/** One or several values: repeated, or with commas between them. */
const several = z.preprocess((given) => {
  if (given === undefined) return undefined
  return [given]
    .flat()
    .flatMap((value) => String(value).split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
}, z.array(z.string().max(longest)).min(1, 'has no value').max(most).optional())

const globs = several.refine(
  (values) => values?.every((value) => (value.match(/\*+/g) ?? []).length <= mostWildcards) ?? true,
  `must have at most ${mostWildcards} asterisks in one value`,
)

const events = several.superRefine((values, context) => {
  const known: readonly string[] = feedEvents
  const unknown = (values ?? []).filter((value) => !isEventType(value) || !known.includes(value))
  if (unknown.length > 0)
    context.addIssue({ code: 'custom', message: `there is no event ${unknown.join(', ')}` })
})

const since = z
  .string()
  .max(longest)
  .superRefine((text, context) => {
    if (parseSince(text, 0) === undefined)
      context.addIssue({
        code: 'custom',
        message: 'must be a time such as 2027-01-31T12:00:00Z, or a duration such as 15m, 2h or 7d',
      })
  })

/** The parameters of a stream. One that is not known is an error. */
export const streamQuery = z.strictObject({
  event: events,
  project: globs.describe('Id or path of a project, or a glob such as group/**.'),
  group: globs.describe('Path of a group, or a glob. Groups below it count.'),
  branch: globs.describe('Branch or tag. Of a merge request it is the target branch.'),
  author: several.describe('User name of who caused the event.'),
  shape: z.enum(shapes).default('body'),
  include: z.enum(['tests']).optional(),
  since: since.optional(),
  last_event_id: z.string().max(4096).optional(),
})

export type StreamQuery = z.output<typeof streamQuery>

/** A query that cannot be used. The message names the parameter. */
export class QueryError extends Error {}

/**
 * @param path the events that the path of the address names
 * @throws QueryError
 */
export const readStreamQuery = (query: Readonly<Record<string, unknown>>, path?: string): StreamQuery => {
  const event = path === undefined ? query.event : [path, ...(query.event === undefined ? [] : [query.event])]
  const parsed = streamQuery.safeParse({ ...query, event }, { error: problemOf })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path: [name], message }) =>
    name === undefined ? message : `${String(name)}: ${message}`,
  )
  throw new QueryError(problems.join('; '))
}

/** The events that a query asks for. */
export const eventsOf = ({ event }: Pick<StreamQuery, 'event'>): readonly EventType[] =>
  event === undefined ? feedEvents : event.filter(isEventType)
