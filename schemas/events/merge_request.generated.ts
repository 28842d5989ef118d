// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Change } from '../parts/change.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Label } from '../parts/label.generated.ts'
import type { MergeRequestAttributes } from '../parts/merge_request_attributes.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { Reviewer } from '../parts/reviewer.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** Something happened to a merge request. */
export interface MergeRequest {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: merge_request. */
  object_kind: string | null
  /** merge_request; missing in old bodies. */
  event_type: string | null
  /** What happened: open, close, reopen, update, merge, approval and unapproval (one person's), approved and unapproved (all that are required). Missing in system hooks of 2019. */
  action: string | null
  /** User who did it. */
  user: User | null
  /** Id of the project the event belongs to; null where GitLab names none. Also the key of the record. */
  project_id: number | null
  /** The target project. */
  project: Project | null
  /** The merge request as it is now. Identity: without it the hook is quarantined. */
  object_attributes: MergeRequestAttributes
  /** Labels as they are now. */
  labels: Label[]
  /** What this event changed, by attribute name; values as JSON text. */
  changes: Record<string, Change>
  /** Users it is assigned to; the one of assignee where the list is absent. */
  assignees: User[]
  /** Users asked to review it. */
  reviewers: Reviewer[]
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}
