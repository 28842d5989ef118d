import { z } from 'zod'
import { databaseUrl, fallback, secret } from '../../lib/config.ts'

/** The database that `bridge setup` migrates. */
export const databaseVariables = z.object({
  DATABASE_URL: databaseUrl()
    .optional()
    .describe(
      'PostgreSQL, by the role that owns our tables; only `bridge setup` needs it. Unset: no audit log.',
    )
    .meta(secret),
  AUDIT_LOG_DATABASE_URL: databaseUrl()
    .optional()
    .describe(
      'The same database by the role of the audit log; setup creates the role where it does not exist.',
    )
    .meta({ ...secret, ...fallback('DATABASE_URL') }),
})
