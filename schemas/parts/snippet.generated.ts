// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Visibility } from './visibility.generated.ts'

/** A snippet that a user commented on or reacted to. */
export interface Snippet {
  /** Id of the snippet. */
  id: number | null
  /** Title of the snippet. */
  title: string | null
  /** Description of the snippet, in Markdown. */
  description: string | null
  /** Content of the file of the snippet. */
  content: string | null
  /** Name of the file of the snippet. */
  file_name: string | null
  /** Id of the user who wrote the snippet. */
  author_id: number | null
  /** Id of the project that the snippet belongs to. */
  project_id: number | null
  /** Type of the snippet: ProjectSnippet or PersonalSnippet. */
  type: string | null
  /** Visibility of the snippet: who can see it. GitLab calls this field visibility_level. */
  visibility: Visibility | null
  /** Time when the snippet was created. */
  created_at: number | null
  /** Time when the snippet was last changed. */
  updated_at: number | null
  /** URL of the snippet in the web interface. */
  url: string | null
  /** Time when the snippet expires. Only old GitLab versions send it. */
  expires_at: number | null
}
