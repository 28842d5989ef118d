// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Label } from './label.generated.ts'

/** The attributes of an issue or work item. The deprecated position is left to raw, and assignee_id where assignee_ids is there; what happened is in the event's action. */
export interface IssueAttributes {
  /** Id of the issue or work item, unique in the instance. */
  id: number | null
  /** Number within the project or group; issues, incidents and tasks share one series. */
  iid: number | null
  /** Title. */
  title: string | null
  /** Description, Markdown; addresses of images are absolute. */
  description: string | null
  /** Project it belongs to; null for an epic. */
  project_id: number | null
  /** User who opened it. */
  author_id: number | null
  /** Users it is assigned to; the one of assignee_id where the list is absent. */
  assignee_ids: number[]
  /** opened or closed. */
  state: string | null
  /** State as a number: 1 opened, 2 closed. */
  state_id: number | null
  /** Whether it is confidential. */
  confidential: boolean | null
  /** Whether only members may comment. */
  discussion_locked: boolean | null
  /** Issue, Task, Incident, Test Case, Requirement, Objective, Key Result, Epic, Ticket. Since GitLab 17.2. */
  type: string | null
  /** Address in the web interface. For an epic the only hint at its group. */
  url: string | null
  /** When it was opened. */
  created_at: number | null
  /** When it was last changed. */
  updated_at: number | null
  /** When it was closed. */
  closed_at: number | null
  /** When title or description were last edited. */
  last_edited_at: number | null
  /** User who last edited title or description. */
  last_edited_by_id: number | null
  /** User who last changed it. */
  updated_by_id: number | null
  /** Day it is due. */
  due_date: number | null
  /** Day it starts. */
  start_date: number | null
  /** Milestone. */
  milestone_id: number | null
  /** Issue it was moved to. */
  moved_to_id: number | null
  /** Issue it duplicates. */
  duplicated_to_id: number | null
  /** Place in a list sorted by hand; only the order means something. */
  relative_position: number | null
  /** Estimated time, seconds. */
  time_estimate: number | null
  /** Time spent in all, seconds. */
  total_time_spent: number | null
  /** Time spent that this event adds or takes back, seconds. */
  time_change: number | null
  /** time_estimate for people, e.g. 1h 30m. */
  human_time_estimate: string | null
  /** total_time_spent for people. */
  human_total_time_spent: string | null
  /** time_change for people. */
  human_time_change: string | null
  /** Weight. Paid tiers only. */
  weight: number | null
  /** on_track, needs_attention or at_risk. Paid tiers only. */
  health_status: string | null
  /** Severity of an incident: unknown, low, medium, high, critical. */
  severity: string | null
  /** Where an incident stands, e.g. triggered, acknowledged, resolved, ignored. */
  escalation_status: string | null
  /** Escalation policy of an incident. */
  escalation_policy: EscalationPolicy | null
  /** Contacts of the customer relations feature, open: the list as JSON text. */
  customer_relations_contacts: string | null
  /** Custom status, open: the object as JSON text. Since GitLab 18.x, paid tiers only. */
  status: string | null
  /** Labels. */
  labels: Label[]
  /** Branch of the issue. Old instances only. */
  branch_name: string | null
}

/** Who is called for an incident, and when. */
export interface EscalationPolicy {
  /** Id of the policy. */
  id: number | null
  /** Name of the policy. */
  name: string | null
}
