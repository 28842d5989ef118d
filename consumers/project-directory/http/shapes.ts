import { z } from 'zod'

const time = z.iso.datetime().nullable()

/** What every answer carries. */
export const freshnessShape = z.object({
  as_of: z
    .object({ received_at: z.iso.datetime(), topic: z.string(), partition: z.int(), offset: z.int() })
    .nullable()
    .describe('The newest record that was applied. Null before the first one.'),
  complete: z
    .boolean()
    .describe("Whether GitLab's API has told what no hook did, such as branches from before the bridge."),
})

const common = {
  instance: z.string().nullable().describe('Address of the GitLab. Null if its hooks do not say it.'),
  invented: z.string().nullable().describe('The source of invented events. Null for what is real.'),
  id: z.int(),
  path: z.string().nullable().describe('Full path. Null if no event has told it.'),
  name: z.string().nullable(),
  state: z.enum(['active', 'pending_deletion']),
  ambiguous: z.boolean().describe('Whether the events contradict each other, so that the path is a guess.'),
  created_at: time,
  web_url: z.string().nullable(),
}

/** What lies above. `unknown`: no event has told which group or user has this path. */
export const parentShape = z
  .object({
    kind: z.enum(['group', 'user', 'unknown']),
    id: z.int().nullable(),
    path: z.string().nullable(),
  })
  .meta({ id: 'Parent' })

export const projectShape = z
  .object({
    ...common,
    group: parentShape,
    visibility: z.enum(['private', 'internal', 'public']).nullable(),
    default_branch: z.string().nullable(),
  })
  .meta({ id: 'Project' })

export const userProjectShape = z
  .object({
    ...projectShape.shape,
    via: z
      .array(
        z.object({ kind: z.enum(['project', 'group', 'user']), id: z.int(), access: z.string().nullable() }),
      )
      .describe('How the user came to the project. `user`: it is a personal project.'),
  })
  .meta({ id: 'UserProject' })

export const groupShape = z.object({ ...common, parent: parentShape.nullable() }).meta({ id: 'Group' })

export const refShape = z
  .object({
    name: z.string(),
    sha: z.string(),
    pushed_at: time.describe('When the hook of the last push was received. Null if no hook told of it.'),
    pusher: z
      .object({ id: z.int().nullable(), username: z.string().nullable(), name: z.string().nullable() })
      .nullable(),
    ambiguous: z.boolean().describe('Whether the pushes do not decide which commit is the last.'),
  })
  .meta({ id: 'Ref' })

export const memberShape = z
  .object({
    id: z.int(),
    username: z.string().nullable(),
    name: z.string().nullable(),
    access: z.string().nullable().describe('The role, such as developer.'),
    ambiguous: z.boolean(),
    since: time,
  })
  .meta({ id: 'Member' })

/** One page of a list. */
export const pageShape = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().describe('Give it as `cursor` for the next page.'),
    ...freshnessShape.shape,
  })

export const candidatesShape = z
  .object({
    message: z.string(),
    candidates: z.array(
      z.object({
        instance: z.string().nullable(),
        id: z.int(),
        path: z.string().nullable(),
        url: z.string(),
      }),
    ),
    ...freshnessShape.shape,
  })
  .meta({ id: 'Candidates' })

export const problemShape = z
  .object({
    error: z.enum([
      ...(['bad_request', 'unauthorized', 'not_found', 'method_not_allowed', 'not_acceptable'] as const),
      ...(['unavailable', 'internal'] as const),
    ]),
    message: z.string(),
  })
  .meta({ id: 'Problem' })

export const movedShape = z.object({ message: z.string(), url: z.string() }).meta({ id: 'Moved' })
