// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Change } from '../parts/change.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { IssueAttributes } from '../parts/issue_attributes.generated.ts'
import type { Label } from '../parts/label.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** An issue or another work item was opened, closed, reopened or updated. Four event types have this schema, and delivery.event_type says which one it is: issue, confidential_issue, work_item and confidential_work_item. Work items are available since GitLab 17.2, and epics since 17.3. Only group webhooks send epics. */
export interface Issue {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: issue or work_item. */
  object_kind: string | null
  /** GitLab's event type: issue, confidential_issue, work_item or confidential_work_item. */
  event_type: string | null
  /** What happened: open, close, reopen or update. */
  action: string | null
  /** Id of the issue or work item. It is taken from object_attributes.id. Required: a hook without it is quarantined. */
  id: number
  /** User who caused the event. */
  user: User | null
  /** Id of the project. It is also the key of the record. Null for an epic, because an epic belongs to a group, and GitLab does not name this group. */
  project_id: number | null
  /** Id of the group that the event belongs to, if it belongs to no project and GitLab names the group. The id is then part of the key of the record (group:<id>). */
  group_id: number | null
  /** The project. Null for an epic. */
  project: Project | null
  /** The issue or work item after the event. Required: a hook without it is quarantined. */
  object_attributes: IssueAttributes
  /** Labels of the issue or work item after the event. */
  labels: Label[]
  /** Users who are assigned to the issue or work item. If GitLab sends no list, this is the one user in assignee. Old GitLab versions send the users without their id. */
  assignees: User[]
  /** The changed attributes. The key is the name of the attribute, and the values are JSON text. */
  changes: Record<string, Change>
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
