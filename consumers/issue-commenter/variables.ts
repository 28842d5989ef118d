import { z } from 'zod'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { routesVariables } from '../delivery/routes/routes-variables.ts'

export const issueCommenterVariables = z.object({
  ISSUE_COMMENTER_DATABASE_URL: workerDatabaseUrl('issue-commenter'),
  ...routesVariables.shape,
})

export type IssueCommenterSettings = z.output<typeof issueCommenterVariables>
