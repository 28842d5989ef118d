// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Change } from '../parts/change.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { IssueAttributes } from '../parts/issue_attributes.generated.ts'
import type { Label } from '../parts/label.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** Something happened to an issue or another work item; shared by issue and work_item and their confidential variants (see delivery.event_type). Work items since GitLab 17.2, epics (group hooks only) since 17.3. */
export interface Issue {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: issue or work_item. */
  object_kind: string | null
  /** issue, confidential_issue, work_item or confidential_work_item. */
  event_type: string | null
  /** What happened: open, close, reopen, update. */
  action: string | null
  /** Id of the issue or work item: object_attributes.id. Identity: without it the hook is quarantined. */
  id: number
  /** User who did it. */
  user: User | null
  /** Id of the project; null for an epic, which belongs to a group that GitLab does not name. Also the key of the record. */
  project_id: number | null
  /** Id of the group the event belongs to, where it belongs to no project and GitLab names the group. Then also the key of the record. */
  group_id: number | null
  /** The project; null for an epic. */
  project: Project | null
  /** The issue or work item as it is now. Identity. */
  object_attributes: IssueAttributes
  /** Labels as they are now. */
  labels: Label[]
  /** Users it is assigned to, or the one of assignee where the list is absent; on old instances without id. */
  assignees: User[]
  /** What this event changed, by attribute name; values as JSON text. */
  changes: Record<string, Change>
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}
