// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'

/** A milestone was created, closed, reopened or deleted. Since GitLab 18.2. GitLab does not say who did it. */
export interface Milestone {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: milestone. */
  object_kind: string | null
  /** milestone. */
  event_type: string | null
  /** create, close, reopen or delete. */
  action: string | null
  /** Id of the project the event belongs to; null where GitLab names none. Also the key of the record. */
  project_id: number | null
  /** The project; null for a milestone of a group. */
  project: Project | null
  /** The milestone as it is now. Identity. */
  object_attributes: MilestoneAttributes
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** The milestone. */
export interface MilestoneAttributes {
  /** Milestone id, unique in the instance. Identity: without it the hook is quarantined. */
  id: number
  /** Number within the project or group. */
  iid: number | null
  /** Title. */
  title: string | null
  /** Description, Markdown. */
  description: string | null
  /** active or closed. */
  state: string | null
  /** When it was created. */
  created_at: number | null
  /** When it was last changed. */
  updated_at: number | null
  /** Day it is due. */
  due_date: number | null
  /** Day it starts. */
  start_date: number | null
  /** Project it belongs to; null for a milestone of a group. */
  project_id: number | null
  /** Group it belongs to; null for a milestone of a project. */
  group_id: number | null
}
