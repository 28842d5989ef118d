// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { TokenGroup } from '../parts/token_group.generated.ts'

/** A project or group access token expires soon. GitLab sends this 60, 30 and 7 days before the token expires. Available since GitLab 16.11; the warnings 60 and 30 days before are available since GitLab 17.7. */
export interface AccessToken {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: access_token. */
  object_kind: string | null
  /** GitLab's name for the event: expiring_access_token. */
  event_name: string | null
  /** Which of the warnings this is, e.g. seven_days, thirty_days or sixty_days. Not every GitLab version sends it. */
  interval: string | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** The project that the token belongs to. Null for the token of a group. */
  project: Project | null
  /** The group that the token belongs to. Null for the token of a project. */
  group: TokenGroup | null
  /** The token. Required: a hook without it is quarantined. */
  object_attributes: AccessTokenAttributes
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** The token. */
export interface AccessTokenAttributes {
  /** Id of the token. Required: a hook without it is quarantined. */
  id: number
  /** Id of the bot user of the token. */
  user_id: number | null
  /** Name of the token. */
  name: string | null
  /** Time when the token was created. */
  created_at: number | null
  /** Day when the token expires. */
  expires_at: number | null
  /** Time when the token was last used. Available since GitLab 18.x. */
  last_used_at: number | null
}
