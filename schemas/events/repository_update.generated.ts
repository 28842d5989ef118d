// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'

/** One git push as a system hook tells it: every ref it moved. Comes also where the push hooks are withheld for too many refs. */
export interface RepositoryUpdate {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: repository_update. */
  event_name: string | null
  /** User who pushed. */
  user_id: number | null
  /** Display name of the user who pushed. The user name (handle) is not sent. */
  user_name: string | null
  /** E-mail address of the user who pushed. Null where GitLab leaves it empty or writes [REDACTED]. */
  user_email: string | null
  /** Address of the avatar image of the user who pushed. */
  user_avatar: string | null
  /** Id of the project the event belongs to. Also the key of the record. Identity: without it the hook is quarantined. */
  project_id: number
  /** The project pushed to. */
  project: Project | null
  /** Every ref the push moved. Identity: without the list the hook is quarantined. */
  changes: RefChange[]
  /** Full names of the refs that moved. */
  refs: string[]
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** One ref that moved. */
export interface RefChange {
  /** SHA before; 40 (or 64) zeros when the ref is new. */
  before: string | null
  /** SHA after; 40 (or 64) zeros when the ref is deleted. */
  after: string | null
  /** Full name of the ref. */
  ref: string | null
  /** Whether the push created the ref: before is all zeros. */
  created: boolean
  /** Whether the push deleted the ref: after is all zeros. */
  deleted: boolean
}
