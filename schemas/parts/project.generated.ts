// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Visibility } from './visibility.generated.ts'

/** A project as GitLab describes it inside other events. The aliases url, ssh_url and http_url are left to raw. Old instances send a repository instead, without id and path. */
export interface Project {
  /** Project id. Missing in system hooks of old instances: use the event's project_id. */
  id: number | null
  /** Display name. */
  name: string | null
  /** Description, Markdown. */
  description: string | null
  /** Address of the project in the web interface. */
  web_url: string | null
  /** Address of the avatar image. */
  avatar_url: string | null
  /** Clone address over SSH. */
  git_ssh_url: string | null
  /** Clone address over HTTP(S). */
  git_http_url: string | null
  /** Display name of the namespace, not its path: use path_with_namespace to address it. */
  namespace: string | null
  /** Who may see the project; from visibility_level. */
  visibility: Visibility | null
  /** Full path, e.g. group/subgroup/project. */
  path_with_namespace: string | null
  /** Name of the default branch; null for an empty repository. */
  default_branch: string | null
  /** Path of the CI configuration where it is not the default; empty or null otherwise. */
  ci_config_path: string | null
}
