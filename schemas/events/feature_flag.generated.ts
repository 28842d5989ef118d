// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A feature flag was turned on or off, or was changed. GitLab does not send the time of the change. */
export interface FeatureFlag {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: feature_flag. */
  object_kind: string | null
  /** User who caused the event. */
  user: User | null
  /** URL of the user's page. */
  user_url: string | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** The project. */
  project: Project | null
  /** The feature flag after the event. Required: a hook without it is quarantined. */
  object_attributes: FeatureFlagAttributes
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** The feature flag. */
export interface FeatureFlagAttributes {
  /** Id of the feature flag. Required: a hook without it is quarantined. */
  id: number
  /** Name of the feature flag. */
  name: string | null
  /** Description of the feature flag. */
  description: string | null
  /** True if the feature flag is on. */
  active: boolean | null
}
