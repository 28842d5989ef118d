import { z } from 'zod'
import { template } from './route.ts'

const text = z.string().refine((value) => value.trim() !== '', 'is blank')
export const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'must be a URL that begins with https:// or http://',
})

/** A secret is given inline, or by the name of a file that holds it. */
const secretOf = <Name extends string>(name: Name) =>
  ({ [name]: text.optional(), [`${name}_file`]: text.optional() }) as {
    [K in Name | `${Name}_file`]: z.ZodOptional<typeof text>
  }

/** How a server is reached. */
export const connection = {
  /** Set where the address is private, loopback or link-local on purpose. */
  allow_private: z.boolean().default(false),
  /** Certificate authorities in PEM, in addition to those that Node trusts. */
  ca_file: text.optional(),
  /** An HTTP proxy through which the destination is reached. */
  proxy: httpUrl.optional(),
  timeout_seconds: z.number().positive().max(120).default(15),
}

const address = { url: httpUrl.optional(), url_file: text.optional(), ...connection }

const pace = {
  /** The rate of the service is the default; see consumers/chat-notifier/budgets.ts. */
  messages_per_minute: z.number().positive().max(60_000).optional(),
  /** A message that waits longer becomes a line of a digest. */
  max_age_minutes: z.number().positive().max(1440).default(15),
  /** When so many messages wait, they become one digest. */
  digest_from: z.number().int().min(2).max(1000).default(10),
}

/** The connection sets these headers itself. */
const connectionHeaders = /^(connection|content-length|expect|host|keep-alive|transfer-encoding|upgrade)$/i
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/i, 'must be the name of a header')
  .refine((name) => !connectionHeaders.test(name), 'is a header that the connection sets')
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'must be one line of ASCII characters')

/** Further headers. `header_files` are for secrets: each file holds one value on one line. */
const headers = {
  headers: z.record(headerName, headerValue).default({}),
  header_files: z.record(headerName, text).default({}),
}

const chat = { ...address, ...pace }
const form = z.enum(['json', 'form']).default('json')

const giveUpAfterHours = z.number().positive().max(720).default(72)

/** A regular expression with one group, which holds a task. */
const taskPattern = z.string().refine((pattern) => groupsIn(pattern) === 1, {
  error: 'must be a regular expression with exactly one group ( ), which holds the task',
})

const groupsIn = (pattern: string): number => {
  try {
    // The empty alternative matches, so that the match has an item for each group.
    return (new RegExp(`${pattern}|`, 'iu').exec('')?.length ?? 0) - 1
  } catch {
    return 0
  }
}

const tracker = {
  ...{ ...address, ...secretOf('token'), give_up_after_hours: giveUpAfterHours },
  /** How a line of a description or a commit message names a task. Each tracker has a default. */
  task_pattern: taskPattern.optional(),
}

/** What each type of destination may say. A variant is one line here, and one file in its worker. */
export const destinationShape = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('slack'), ...chat }),
  z.strictObject({ type: z.literal('mattermost'), ...chat, channel: text.optional() }),
  z.strictObject({ type: z.literal('teams'), ...chat }),
  z.strictObject({ type: z.literal('matrix'), ...chat, ...secretOf('token'), room: text }),
  z.strictObject({ type: z.literal('discord'), ...chat }),
  z.strictObject({
    ...{ type: z.literal('json'), ...chat, ...secretOf('token'), format: form },
    ...headers,
    /** The fields of the body, each a template. Without it the body is the whole message. */
    fields: z.record(z.string(), template).optional(),
  }),
  z.strictObject({
    ...{ type: z.literal('forward'), ...address, ...secretOf('token'), ...secretOf('signing_secret') },
    ...headers,
    order: z.enum(['project', 'none']).default('project'),
    give_up_after_hours: giveUpAfterHours,
  }),
  z.strictObject({ type: z.literal('phabricator'), ...tracker }),
  z.strictObject({ type: z.literal('jira'), ...tracker, user: text.optional() }),
  z.strictObject({ type: z.literal('gitlab'), ...address, ...secretOf('token') }),
])

export type DestinationSettings = z.output<typeof destinationShape>
export type DestinationType = DestinationSettings['type']

/** The secrets of a destination are in these fields, or in the files that `<field>_file` names. */
export const secretFields = ['url', 'token', 'signing_secret'] as const
export type SecretField = (typeof secretFields)[number]

/** The settings of a destination whose secrets have been read. */
export type Destination<Type extends DestinationType = DestinationType> = Extract<
  DestinationSettings,
  { type: Type }
> & {
  name: string
  url: string
  token?: string
  signing_secret?: string
  /** Certificate authorities of `ca_file`. */
  ca?: string
  /** The headers of `headers` and of `header_files`, with names in lower case. */
  allHeaders: Readonly<Record<string, string>>
}

export const destinationTypes = destinationShape.options.map(
  (option) => option.shape.type.value,
) as readonly DestinationType[]
