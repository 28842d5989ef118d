import { z } from 'zod'
import { databaseUrl, fallback, secret } from '../../lib/config.ts'

/** The database that `bridge setup` migrates. */
export const databaseVariables = z.object({
  DATABASE_URL: databaseUrl()
    .optional()
    .describe(
      'URL of the PostgreSQL database, with the role that owns the tables. Only `bridge setup` uses it. ' +
        'Unset: there is no audit log.',
    )
    .meta(secret),
  AUDIT_LOG_DATABASE_URL: databaseUrl()
    .optional()
    .describe(
      'URL of the same database, with the role of the worker audit-log. ' +
        '`bridge setup` creates the role if it does not exist. Unset: DATABASE_URL.',
    )
    .meta({ ...secret, ...fallback('DATABASE_URL') }),
})
