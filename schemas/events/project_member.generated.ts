// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { AccessLevel } from '../parts/access_level.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Visibility } from '../parts/visibility.generated.ts'

/** A project membership or access request came, changed or went; shared by user_add_to_team, user_update_for_team, user_remove_from_team, user_access_request_to_project and user_access_request_revoked_for_project, see delivery.event_type. System hooks only. Names the member, not who acted. */
export interface ProjectMember {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: the event type. */
  event_name: string | null
  /** When the membership or request was created. */
  created_at: number | null
  /** When it was last changed. A removal still carries the old time: order by (created_at, updated_at, removed > updated > added). */
  updated_at: number | null
  /** Id of the project the event belongs to. Also the key of the record. Identity: without it the hook is quarantined. */
  project_id: number
  /** Display name of the project. */
  project_name: string | null
  /** Last segment of the project's path. */
  project_path: string | null
  /** Full path of the project. */
  project_path_with_namespace: string | null
  /** Who may see the project. */
  project_visibility: Visibility | null
  /** What the member may do. GitLab writes a word or a number (no_access 0, minimal_access 5, guest 10, planner 15, reporter 20, security_manager 25, developer 30, maintainer 40, owner 50); anything else is other. */
  access_level: AccessLevel | null
  /** What GitLab wrote where access_level is other, e.g. the name of a custom role; null elsewhere. */
  access_level_other: string | null
  /** The user who is or wants to be a member. Identity: without it the hook is quarantined. */
  user_id: number
  /** Display name of that user. */
  user_name: string | null
  /** User name (handle) of that user. */
  user_username: string | null
  /** E-mail address of that user. Null where GitLab leaves it empty or writes [REDACTED]. */
  user_email: string | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}
