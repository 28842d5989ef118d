// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Visibility } from './visibility.generated.ts'

/** A snippet that was commented on or reacted to. */
export interface Snippet {
  /** Snippet id. */
  id: number | null
  /** Title. */
  title: string | null
  /** Description, Markdown. */
  description: string | null
  /** Content of the file. */
  content: string | null
  /** Name of the file. */
  file_name: string | null
  /** User who wrote it. */
  author_id: number | null
  /** Project it belongs to. */
  project_id: number | null
  /** ProjectSnippet or PersonalSnippet. */
  type: string | null
  /** Who may see it; from visibility_level. */
  visibility: Visibility | null
  /** When it was created. */
  created_at: number | null
  /** When it was last changed. */
  updated_at: number | null
  /** Address of the snippet in the web interface. */
  url: string | null
  /** When it expires. Old instances only. */
  expires_at: number | null
}
