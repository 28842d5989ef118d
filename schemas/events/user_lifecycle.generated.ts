// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** A user came, went, was renamed or failed to log in; shared by user_create, user_destroy, user_rename and user_failed_login, see delivery.event_type. System hooks only. Names the user, not who acted; blocking a user sends nothing. */
export interface UserLifecycle {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: the event type. */
  event_name: string | null
  /** When the user was created. */
  created_at: number | null
  /** When the user was last changed; not the time of a failed login. */
  updated_at: number | null
  /** Display name. */
  name: string | null
  /** E-mail address. Null where GitLab leaves it empty or writes [REDACTED]. */
  email: string | null
  /** User name (handle). */
  username: string | null
  /** User id. Also the key of the record, as user:<id>. Identity: without it the hook is quarantined. */
  user_id: number
  /** User name before. user_rename only. */
  old_username: string | null
  /** State of the user who failed to log in: blocked or ldap_blocked. user_failed_login only. */
  state: string | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}
