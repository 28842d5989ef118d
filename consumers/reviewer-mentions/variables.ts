import { z } from 'zod'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { routesVariables } from '../delivery/routes/routes-variables.ts'

export const reviewerMentionsVariables = z.object({
  REVIEWER_MENTIONS_DATABASE_URL: workerDatabaseUrl('reviewer-mentions'),
  REVIEWER_MENTIONS_FILE: z
    .string()
    .describe('YAML file: who is mentioned for which projects and paths. See docs/comments-and-mentions.md.'),
  ...routesVariables.shape,
})

export type ReviewerMentionsSettings = z.output<typeof reviewerMentionsVariables>
