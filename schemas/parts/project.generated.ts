// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Visibility } from './visibility.generated.ts'

/** A project, as GitLab describes it in other events. The duplicate fields url, ssh_url and http_url are only in raw. Old GitLab versions send a repository instead, which has no id and no path. */
export interface Project {
  /** Id of the project. System hooks of old GitLab versions do not send it: use project_id of the event. */
  id: number | null
  /** Display name of the project. */
  name: string | null
  /** Description of the project, in Markdown. */
  description: string | null
  /** URL of the project in the web interface. */
  web_url: string | null
  /** URL of the avatar image. */
  avatar_url: string | null
  /** URL for cloning over SSH. */
  git_ssh_url: string | null
  /** URL for cloning over HTTP(S). */
  git_http_url: string | null
  /** Display name of the namespace. This is not a path. For the path, use path_with_namespace. */
  namespace: string | null
  /** Visibility of the project: who can see it. GitLab calls this field visibility_level. */
  visibility: Visibility | null
  /** Full path of the project, e.g. group/subgroup/project. */
  path_with_namespace: string | null
  /** Name of the default branch. Null for an empty repository. */
  default_branch: string | null
  /** Path of the CI configuration file, if it is not the default path. Empty or null otherwise. */
  ci_config_path: string | null
}
