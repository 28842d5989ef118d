import { z } from 'zod'

/** PostgreSQL has no text with the character NUL. */
const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((given) => !given.includes('\0'), 'must not contain the character NUL')

/** Parameters that every request may have. */
export const scopeQuery = z.object({
  instance: text(500).optional().describe('Address of one GitLab. Default: all of them.'),
  invented: z
    .enum(['sample', 'simulate'])
    .optional()
    .describe('Answers with the invented events of this source instead of the real ones.'),
})

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('Items of one page.'),
  cursor: z.string().max(4000).optional().describe('The `next_cursor` of the page before.'),
})

export const searchQuery = z.object({
  name: text(300).optional().describe('The last part of the path.'),
  path: text(2000).optional().describe('The full path.'),
  group: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .describe('Id or full path of a group. Groups below it count.'),
  q: text(300).optional().describe('A part of the full path.'),
})
