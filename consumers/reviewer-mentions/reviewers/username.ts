import { z } from 'zod'

/** The regular expression of a user name of GitLab. Upper and lower case are the same. */
export const usernamePattern = '[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_-])?'

/** A user name of GitLab. `@all` would mention everybody who can see the merge request. */
export const username = z
  .string()
  .regex(new RegExp(`^${usernamePattern}$`, 'i'), 'must be a user name of GitLab, without @')
  .refine((name) => name.toLowerCase() !== 'all', 'must not be all, which mentions everybody')
