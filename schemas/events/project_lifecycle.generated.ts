// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Visibility } from '../parts/visibility.generated.ts'

/** A project came, went, or changed its name, place or settings; shared by project_create, project_destroy, project_rename, project_transfer and project_update (see delivery.event_type). Names the project, not who acted. */
export interface ProjectLifecycle {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: project_create, project_destroy, project_rename, project_transfer or project_update. */
  event_name: string | null
  /** When the project was created. */
  created_at: number | null
  /** When the project was last changed. */
  updated_at: number | null
  /** Display name. */
  name: string | null
  /** Last segment of the path. */
  path: string | null
  /** Full path. Delayed deletion renames it to …-deletion_scheduled-<id>. */
  path_with_namespace: string | null
  /** Id of the project the event belongs to. Also the key of the record. Identity: without it the hook is quarantined. */
  project_id: number
  /** Namespace the project lives in. */
  project_namespace_id: number | null
  /** Owners of the project. */
  owners: Owner[]
  /** Name of the owning user or group. System hooks only. */
  owner_name: string | null
  /** E-mail address of the owning user; none where a group owns the project. System hooks only. Null where GitLab leaves it empty or writes [REDACTED]. */
  owner_email: string | null
  /** Who may see the project; from project_visibility. */
  visibility: Visibility | null
  /** Full path before. project_rename and project_transfer only. */
  old_path_with_namespace: string | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** An owner of a project. */
export interface Owner {
  /** Display name. */
  name: string | null
  /** E-mail address. Null where GitLab leaves it empty or writes [REDACTED]. */
  email: string | null
}
