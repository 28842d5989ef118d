import { z } from 'zod'

/** The names with which chats mention everybody. */
const everybody = /^(all|channel|everyone|here)$/i

const name = z
  .string()
  .regex(/^[a-z0-9_][a-z0-9_.-]*$/i, 'must be the id of one person, without @')
  .refine((id) => !everybody.test(id), 'must not be a name that mentions everybody')

/** YAML would round such a large number. */
const inQuotes = 'must be the number of one person, in quotes'

/**
 * GitLab's user name → the id of this person in each kind of chat. Any other text could mention a whole
 * channel. Rocket.Chat reads messages for Slack, and its ids are user names.
 */
export const peopleShape = z.record(
  z.string(),
  z.strictObject({
    slack: name.optional(),
    mattermost: name.optional(),
    teams: z
      .string()
      .regex(/^[^\s<>]+$/, 'must be the address or the id of one person')
      .optional(),
    matrix: z
      .string()
      .regex(/^@[^\s:]+:\S+$/, 'must be the id of one person, such as @ada:example.com')
      .optional(),
    discord: z.string(inQuotes).regex(/^\d+$/, inQuotes).optional(),
  }),
)
