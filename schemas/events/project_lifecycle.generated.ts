// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Visibility } from '../parts/visibility.generated.ts'

/** A project was created, deleted, renamed, moved to another namespace or changed in its settings. Five event types have this schema, and delivery.event_type says which one it is: project_create, project_destroy, project_rename, project_transfer and project_update. GitLab does not say who did it. */
export interface ProjectLifecycle {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: project_create, project_destroy, project_rename, project_transfer or project_update. */
  event_name: string | null
  /** Time when the project was created. */
  created_at: number | null
  /** Time when the project was last changed. */
  updated_at: number | null
  /** Display name of the project. */
  name: string | null
  /** Last segment of the path of the project. */
  path: string | null
  /** Full path of the project. When a deletion is delayed, GitLab renames the project to …-deletion_scheduled-<id>. */
  path_with_namespace: string | null
  /** Id of the project that the event belongs to. It is also the key of the record. Required: a hook without it is quarantined. */
  project_id: number
  /** Id of the namespace of the project. */
  project_namespace_id: number | null
  /** Owners of the project. */
  owners: Owner[]
  /** Name of the user or group that owns the project. Only system hooks send it. */
  owner_name: string | null
  /** E-mail address of the user who owns the project. There is none if a group owns the project. Only system hooks send it. Null if GitLab leaves it empty or writes [REDACTED]. */
  owner_email: string | null
  /** Visibility of the project: who can see it. GitLab calls this field project_visibility. */
  visibility: Visibility | null
  /** Previous full path. Only set for project_rename and project_transfer. */
  old_path_with_namespace: string | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** An owner of a project. */
export interface Owner {
  /** Display name of the owner. */
  name: string | null
  /** E-mail address of the owner. Null if GitLab leaves it empty or writes [REDACTED]. */
  email: string | null
}
