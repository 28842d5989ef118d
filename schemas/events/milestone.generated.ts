// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'

/** A milestone was created, closed, reopened or deleted. Available since GitLab 18.2. GitLab does not say who did it. */
export interface Milestone {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: milestone. */
  object_kind: string | null
  /** GitLab's event type: milestone. */
  event_type: string | null
  /** What happened: create, close, reopen or delete. */
  action: string | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** The project. Null for the milestone of a group. */
  project: Project | null
  /** The milestone after the event. Required: a hook without it is quarantined. */
  object_attributes: MilestoneAttributes
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** The milestone. */
export interface MilestoneAttributes {
  /** Id of the milestone, unique in the GitLab instance. Required: a hook without it is quarantined. */
  id: number
  /** Number of the milestone in its project or group. */
  iid: number | null
  /** Title of the milestone. */
  title: string | null
  /** Description of the milestone, in Markdown. */
  description: string | null
  /** State of the milestone: active or closed. */
  state: string | null
  /** Time when the milestone was created. */
  created_at: number | null
  /** Time when the milestone was last changed. */
  updated_at: number | null
  /** Day when the milestone is due. */
  due_date: number | null
  /** Day when the milestone starts. */
  start_date: number | null
  /** Id of the project that the milestone belongs to. Null for the milestone of a group. */
  project_id: number | null
  /** Id of the group that the milestone belongs to. Null for the milestone of a project. */
  group_id: number | null
}
