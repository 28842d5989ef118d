// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from '../parts/commit.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'

/** Commits were pushed to a branch, or a tag was pushed. Two event types have this schema: push and tag_push. GitLab sends no hook at all when one push changes more branches or tags than push_event_hooks_limit (default 3). */
export interface Push {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: push or tag_push. System hooks of old GitLab versions do not send it. */
  object_kind: string | null
  /** GitLab's name for the event: push or tag_push. */
  event_name: string | null
  /** SHA that the ref pointed to before the push. It is 40 (or 64) zeros if the ref is new. Required: a hook without it is quarantined. */
  before: string
  /** SHA that the ref points to after the push. It is 40 (or 64) zeros if the ref was deleted. Required: a hook without it is quarantined. */
  after: string
  /** Full name of the ref: refs/heads/… for a branch, refs/tags/… for a tag. Required: a hook without it is quarantined. */
  ref: string
  /** True if this push created the ref (before consists of zeros). */
  created: boolean
  /** True if this push deleted the ref (after consists of zeros). */
  deleted: boolean
  /** True if the ref is protected. GitLab 17.1 and newer versions send it. */
  ref_protected: boolean | null
  /** SHA of the commit to check out: the head of the branch, or the commit that a tag points to. Null if the ref was deleted. */
  checkout_sha: string | null
  /** Message of an annotated tag. Null for branches. */
  message: string | null
  /** Id of the user who pushed. */
  user_id: number | null
  /** Display name of the user who pushed. */
  user_name: string | null
  /** User name (handle) of the user who pushed. System hooks of old GitLab versions do not send it. */
  user_username: string | null
  /** E-mail address of the user who pushed. Null if GitLab leaves it empty or writes [REDACTED]. */
  user_email: string | null
  /** URL of the avatar image of the user who pushed. */
  user_avatar: string | null
  /** Id of the project that the event belongs to. It is also the key of the record. Required: a hook without it is quarantined. */
  project_id: number
  /** The project that received the push. */
  project: Project | null
  /** The newest commits of the push, at most 20. The number of all commits is in total_commits_count. */
  commits: Commit[]
  /** Number of commits in the push. */
  total_commits_count: number | null
  /** Options of git push -o. The set of options is not fixed. Each value is JSON text, e.g. the value of ci is {"skip":true}. GitLab 17.1 and newer versions send it. */
  push_options: Record<string, string>
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
