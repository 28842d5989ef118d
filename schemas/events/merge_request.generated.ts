// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Change } from '../parts/change.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Label } from '../parts/label.generated.ts'
import type { MergeRequestAttributes } from '../parts/merge_request_attributes.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { Reviewer } from '../parts/reviewer.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A merge request was opened, closed, reopened, updated, approved, unapproved or merged. */
export interface MergeRequest {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: merge_request. */
  object_kind: string | null
  /** GitLab's event type: merge_request. Old GitLab versions do not send it. */
  event_type: string | null
  /** What happened: open, close, reopen, update, merge, approval, unapproval, approved or unapproved. With approval, one user gave an approval; with unapproval, one approval was removed. With approved, the merge request has all required approvals; with unapproved, it no longer has them. System hooks of GitLab versions from 2019 do not send it. */
  action: string | null
  /** User who caused the event. */
  user: User | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** The project of the target branch. */
  project: Project | null
  /** The merge request after the event. Required: a hook without it is quarantined. */
  object_attributes: MergeRequestAttributes
  /** Labels of the merge request after the event. */
  labels: Label[]
  /** The changed attributes. The key is the name of the attribute, and the values are JSON text. */
  changes: Record<string, Change>
  /** Users who are assigned to the merge request. If GitLab sends no list, this is the one user in assignee. */
  assignees: User[]
  /** Users who are asked to review the merge request. */
  reviewers: Reviewer[]
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
