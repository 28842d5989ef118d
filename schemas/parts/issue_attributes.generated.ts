// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Label } from './label.generated.ts'

/** The attributes of an issue or work item. The deprecated field position is only in raw. The same is true for assignee_id if GitLab sends assignee_ids. The field action of the event says what happened. */
export interface IssueAttributes {
  /** Id of the issue or work item, unique in the GitLab instance. */
  id: number | null
  /** Number of the issue or work item in its project or group. Issues, incidents and tasks share one number series. */
  iid: number | null
  /** Title of the issue or work item. */
  title: string | null
  /** Description of the issue or work item, in Markdown. The URLs of images are absolute. */
  description: string | null
  /** Id of the project that the issue or work item belongs to. Null for an epic. */
  project_id: number | null
  /** Id of the user who opened the issue or work item. */
  author_id: number | null
  /** Ids of the users who are assigned to the issue or work item. If GitLab sends no list, this is the one id in assignee_id. */
  assignee_ids: number[]
  /** State of the issue or work item: opened or closed. */
  state: string | null
  /** State as a number: 1 is opened, 2 is closed. */
  state_id: number | null
  /** True if the issue or work item is confidential. */
  confidential: boolean | null
  /** True if only members can comment. */
  discussion_locked: boolean | null
  /** Type of the work item: Issue, Task, Incident, Test Case, Requirement, Objective, Key Result, Epic or Ticket. Available since GitLab 17.2. */
  type: string | null
  /** URL of the issue or work item in the web interface. For an epic, only this URL shows the group. */
  url: string | null
  /** Time when the issue or work item was opened. */
  created_at: number | null
  /** Time when the issue or work item was last changed. */
  updated_at: number | null
  /** Time when the issue or work item was closed. */
  closed_at: number | null
  /** Time when the title or the description was last edited. */
  last_edited_at: number | null
  /** Id of the user who last edited the title or the description. */
  last_edited_by_id: number | null
  /** Id of the user who last changed the issue or work item. */
  updated_by_id: number | null
  /** Day when the issue or work item is due. */
  due_date: number | null
  /** Day when the issue or work item starts. */
  start_date: number | null
  /** Id of the milestone. */
  milestone_id: number | null
  /** Id of the issue that this issue was moved to. */
  moved_to_id: number | null
  /** Id of the issue that this issue duplicates. */
  duplicated_to_id: number | null
  /** Position in a list that users sort by hand. Only the order of the values has a meaning. */
  relative_position: number | null
  /** Estimated time, in seconds. */
  time_estimate: number | null
  /** Total time spent, in seconds. */
  total_time_spent: number | null
  /** Time that this event adds to the time spent or removes from it, in seconds. */
  time_change: number | null
  /** The value of time_estimate as text for people, e.g. 1h 30m. */
  human_time_estimate: string | null
  /** The value of total_time_spent as text for people. */
  human_total_time_spent: string | null
  /** The value of time_change as text for people. */
  human_time_change: string | null
  /** Weight of the issue or work item. Only paid tiers of GitLab send it. */
  weight: number | null
  /** Health status: on_track, needs_attention or at_risk. Only paid tiers of GitLab send it. */
  health_status: string | null
  /** Severity of an incident: unknown, low, medium, high or critical. */
  severity: string | null
  /** Escalation status of an incident, e.g. triggered, acknowledged, resolved or ignored. */
  escalation_status: string | null
  /** Escalation policy of an incident. */
  escalation_policy: EscalationPolicy | null
  /** Customer relations contacts: a list as JSON text. */
  customer_relations_contacts: string | null
  /** Custom status: an object as JSON text. Available since GitLab 18.x. Only paid tiers of GitLab send it. */
  status: string | null
  /** Labels of the issue or work item. */
  labels: Label[]
  /** Name of the branch of the issue. Only old GitLab versions send it. */
  branch_name: string | null
}

/** A policy that says who is called for an incident, and when. */
export interface EscalationPolicy {
  /** Id of the policy. */
  id: number | null
  /** Name of the policy. */
  name: string | null
}
