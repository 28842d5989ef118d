// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from '../parts/commit.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'

/** Commits pushed to a branch, or a tag pushed; shared by the event types push and tag_push. GitLab sends no hook at all when one push moves more branches or tags than push_event_hooks_limit (default 3). */
export interface Push {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: push or tag_push; missing in system hooks of old instances. */
  object_kind: string | null
  /** GitLab's discriminator: push or tag_push. */
  event_name: string | null
  /** SHA the ref pointed at before; 40 (or 64) zeros when the ref is new. Identity. */
  before: string
  /** SHA the ref points at now; 40 (or 64) zeros when the ref is deleted. Identity. */
  after: string
  /** Full name of the ref: refs/heads/… for a branch, refs/tags/… for a tag. Identity. */
  ref: string
  /** Whether this push created the ref: before is all zeros. */
  created: boolean
  /** Whether this push deleted the ref: after is all zeros. */
  deleted: boolean
  /** Whether the ref is protected. Present by GitLab 17.1. */
  ref_protected: boolean | null
  /** Commit to check out: the head, or the commit a tag points at; null when the ref is deleted. */
  checkout_sha: string | null
  /** Message of an annotated tag; null for branches. */
  message: string | null
  /** User who pushed. */
  user_id: number | null
  /** Display name of the user who pushed. */
  user_name: string | null
  /** User name (handle) of the user who pushed. Missing in system hooks of old instances. */
  user_username: string | null
  /** E-mail address of the user who pushed. Null where GitLab leaves it empty or writes [REDACTED]. */
  user_email: string | null
  /** Address of the avatar image of the user who pushed. */
  user_avatar: string | null
  /** Id of the project the event belongs to. Also the key of the record. Identity: without it the hook is quarantined. */
  project_id: number
  /** The project pushed to. */
  project: Project | null
  /** The newest commits of the push, at most 20; total_commits_count has the true number. */
  commits: Commit[]
  /** Number of commits in the push. */
  total_commits_count: number | null
  /** Options of git push -o, open: each value is JSON text, e.g. ci holds {"skip":true}. Present by GitLab 17.1. */
  push_options: Record<string, string>
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}
