import { z } from 'zod'

/** A user name of GitLab. `@all` would mention everybody who can see the merge request. */
export const username = z
  .string()
  .regex(/^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_-])?$/i, 'must be a user name of GitLab, without @')
  .refine((name) => name.toLowerCase() !== 'all', 'must not be all, which mentions everybody')
