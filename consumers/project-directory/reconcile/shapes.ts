import { z } from 'zod'

const time = z.iso.datetime({ offset: true }).nullish()

/** What is read of GitLab's answers. */
export const groupAnswer = z.object({
  id: z.number(),
  name: z.string(),
  full_path: z.string(),
  parent_id: z.number().nullish(),
  visibility: z.string().nullish(),
  web_url: z.string().nullish(),
  created_at: time,
})

export const projectAnswer = z.object({
  id: z.number(),
  name: z.string(),
  path_with_namespace: z.string(),
  visibility: z.string().nullish(),
  default_branch: z.string().nullish(),
  web_url: z.string().nullish(),
  created_at: time,
})

export const branchAnswer = z
  .object({ name: z.string(), commit: z.object({ id: z.string() }) })
  .transform(({ name, commit }) => ({ name, sha: commit.id }))

/** The target of an annotated tag is the tag itself, as in the hook of its push. */
export const tagAnswer = z
  .object({ name: z.string(), target: z.string() })
  .transform(({ name, target }) => ({ name, sha: target }))

export const memberAnswer = z.object({
  id: z.number(),
  username: z.string(),
  name: z.string(),
  access_level: z.number(),
  created_at: time,
})

/** GitLab's numbers of roles: https://docs.gitlab.com/api/access_requests/#valid-access-levels */
const roles: Readonly<Record<number, string>> = {
  0: 'no_access',
  5: 'minimal_access',
  10: 'guest',
  15: 'planner',
  20: 'reporter',
  25: 'security_manager',
  30: 'developer',
  40: 'maintainer',
  50: 'owner',
}

export const roleOf = (level: number): string => roles[level] ?? 'other'
