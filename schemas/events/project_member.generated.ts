// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { AccessLevel } from '../parts/access_level.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Visibility } from '../parts/visibility.generated.ts'

/** A project membership or an access request was created, changed or removed. Five event types have this schema, and delivery.event_type says which one it is: user_add_to_team, user_update_for_team, user_remove_from_team, user_access_request_to_project and user_access_request_revoked_for_project. Only system hooks send them. The event names the member, but not the user who made the change. */
export interface ProjectMember {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: the event type. */
  event_name: string | null
  /** Time when the membership or the access request was created. */
  created_at: number | null
  /** Time when the membership or the access request was last changed. A removal does not change this time. To sort the events of a member, compare created_at, then updated_at, then the event type (added, updated, removed). */
  updated_at: number | null
  /** Id of the project that the event belongs to. It is also the key of the record. Required: a hook without it is quarantined. */
  project_id: number
  /** Display name of the project. */
  project_name: string | null
  /** Last segment of the path of the project. */
  project_path: string | null
  /** Full path of the project. */
  project_path_with_namespace: string | null
  /** Visibility of the project: who can see it. */
  project_visibility: Visibility | null
  /** Access level of the member. GitLab writes a word or a number (no_access 0, minimal_access 5, guest 10, planner 15, reporter 20, security_manager 25, developer 30, maintainer 40, owner 50). Any other value becomes other. */
  access_level: AccessLevel | null
  /** GitLab's own value if access_level is other, e.g. the name of a custom role. Null otherwise. */
  access_level_other: string | null
  /** Id of the user who is a member or asks for access. Required: a hook without it is quarantined. */
  user_id: number
  /** Display name of this user. */
  user_name: string | null
  /** User name (handle) of this user. */
  user_username: string | null
  /** E-mail address of this user. Null if GitLab leaves it empty or writes [REDACTED]. */
  user_email: string | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
