// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** A user was created, deleted or renamed, or failed to log in. Four event types have this schema, and delivery.event_type says which one it is: user_create, user_destroy, user_rename and user_failed_login. Only system hooks send them. GitLab does not say who did it, and it sends nothing when a user is blocked. */
export interface UserLifecycle {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: the event type. */
  event_name: string | null
  /** Time when the user was created. */
  created_at: number | null
  /** Time when the user was last changed. This is not the time of a failed login. */
  updated_at: number | null
  /** Display name of the user. */
  name: string | null
  /** E-mail address of the user. Null if GitLab leaves it empty or writes [REDACTED]. */
  email: string | null
  /** User name (handle). */
  username: string | null
  /** Id of the user. The key of the record is user:<id>. Required: a hook without it is quarantined. */
  user_id: number
  /** Previous user name. Only set for user_rename. */
  old_username: string | null
  /** State of the user who failed to log in: blocked or ldap_blocked. Only set for user_failed_login. */
  state: string | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
