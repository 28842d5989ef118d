// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A feature flag was switched or changed. GitLab sends no time. */
export interface FeatureFlag {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: feature_flag. */
  object_kind: string | null
  /** User who did it. */
  user: User | null
  /** Address of the user's page. */
  user_url: string | null
  /** Id of the project the event belongs to; null where GitLab names none. Also the key of the record. */
  project_id: number | null
  /** The project. */
  project: Project | null
  /** The feature flag as it is now. Identity. */
  object_attributes: FeatureFlagAttributes
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** The feature flag. */
export interface FeatureFlagAttributes {
  /** Feature flag id. Identity: without it the hook is quarantined. */
  id: number
  /** Name. */
  name: string | null
  /** Description. */
  description: string | null
  /** Whether it is on. */
  active: boolean | null
}
