// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'

/** A git push changed one or more branches or tags. Only system hooks send this event, with every changed ref in one hook. GitLab also sends it when it sends no push hook because one push changed too many refs. */
export interface RepositoryUpdate {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: repository_update. */
  event_name: string | null
  /** Id of the user who pushed. */
  user_id: number | null
  /** Display name of the user who pushed. GitLab does not send the user name (handle). */
  user_name: string | null
  /** E-mail address of the user who pushed. Null if GitLab leaves it empty or writes [REDACTED]. */
  user_email: string | null
  /** URL of the avatar image of the user who pushed. */
  user_avatar: string | null
  /** Id of the project that the event belongs to. It is also the key of the record. Required: a hook without it is quarantined. */
  project_id: number
  /** The project that received the push. */
  project: Project | null
  /** Every ref that the push changed. Required: a hook without it is quarantined. */
  changes: RefChange[]
  /** Full names of the changed refs. */
  refs: string[]
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** A ref that the push changed. */
export interface RefChange {
  /** SHA that the ref pointed to before the push. It is 40 (or 64) zeros if the ref is new. */
  before: string | null
  /** SHA that the ref points to after the push. It is 40 (or 64) zeros if the ref was deleted. */
  after: string | null
  /** Full name of the ref. */
  ref: string | null
  /** True if the push created the ref (before consists of zeros). */
  created: boolean
  /** True if the push deleted the ref (after consists of zeros). */
  deleted: boolean
}
