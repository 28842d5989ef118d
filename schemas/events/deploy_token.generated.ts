// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { TokenGroup } from '../parts/token_group.generated.ts'

/** A project or group deploy token expires soon: sent 60, 30 and 7 days before. Since GitLab 18.10 (18.4 behind a flag). */
export interface DeployToken {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: deploy_token. */
  object_kind: string | null
  /** GitLab's discriminator: expiring_deploy_token. */
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
  object_attributes: DeployTokenAttributes
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** The token. */
export interface DeployTokenAttributes {
  /** Token id. Identity: without it the hook is quarantined. */
  id: number
  /** Name. */
  name: string | null
  /** User name it logs in with. */
  username: string | null
  /** When it was created. */
  created_at: number | null
  /** When it expires; a time, not a day as for access tokens. */
  expires_at: number | null
  /** Whether it was revoked. */
  revoked: boolean | null
  /** project_type or group_type. */
  deploy_token_type: string | null
}
