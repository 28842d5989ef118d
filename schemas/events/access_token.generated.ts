// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { TokenGroup } from '../parts/token_group.generated.ts'

/** A project or group access token expires soon: sent 60, 30 and 7 days before. Since GitLab 16.11, 60 and 30 days since 17.7. */
export interface AccessToken {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: access_token. */
  object_kind: string | null
  /** GitLab's discriminator: expiring_access_token. */
  event_name: string | null
  /** Which warning this is, e.g. seven_days, thirty_days, sixty_days. Not sent by every version. */
  interval: string | null
  /** Id of the project the event belongs to; null where GitLab names none. Also the key of the record. */
  project_id: number | null
  /** The project it belongs to; null for a group's token. */
  project: Project | null
  /** The group it belongs to; null for a project's token. */
  group: TokenGroup | null
  /** The token. Identity. */
  object_attributes: AccessTokenAttributes
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** The token. */
export interface AccessTokenAttributes {
  /** Token id. Identity: without it the hook is quarantined. */
  id: number
  /** Bot user of the token. */
  user_id: number | null
  /** Name. */
  name: string | null
  /** When it was created. */
  created_at: number | null
  /** Day it expires. */
  expires_at: number | null
  /** When it was last used. Since GitLab 18.x. */
  last_used_at: number | null
}
