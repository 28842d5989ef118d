// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { NotePosition } from './note_position.generated.ts'

/** The attributes of a note (comment). The field action of the event says what happened. */
export interface NoteAttributes {
  /** Id of the note, unique in the GitLab instance. */
  id: number | null
  /** Text of the note, in Markdown. */
  note: string | null
  /** The same text as in note. Newer GitLab versions send it under both names. */
  description: string | null
  /** Type of the object that the note is about: Commit, MergeRequest, Issue (for work items too), Snippet, and others such as DesignManagement::Design. */
  noteable_type: string | null
  /** Id of the object that the note is about. Null for a commit. */
  noteable_id: number | null
  /** Id of the user who wrote the note. */
  author_id: number | null
  /** Id of the project that the note belongs to. */
  project_id: number | null
  /** Time when the note was written. */
  created_at: number | null
  /** Time when the note was last changed. */
  updated_at: number | null
  /** True if only members can read the note. Available since GitLab 19.x. */
  internal: boolean | null
  /** True if GitLab itself wrote the note (a system note). */
  system: boolean | null
  /** Type of the note: DiffNote or DiscussionNote. Null for a simple note. */
  type: string | null
  /** Attached file. Only old notes have one. */
  attachment: string | null
  /** Line of the diff that the note is about, in GitLab's own code for lines. */
  line_code: string | null
  /** SHA of the commit that the note is about. Empty or null if the note is not about a commit. */
  commit_id: string | null
  /** Id of the thread that the note belongs to. */
  discussion_id: string | null
  /** Current position of the note. */
  position: NotePosition | null
  /** Position of the note when it was written. */
  original_position: NotePosition | null
  /** New position of the line, if it has moved since. */
  change_position: NotePosition | null
  /** The diff that the note is about. */
  st_diff: NoteDiff | null
  /** Time when the thread was resolved. */
  resolved_at: number | null
  /** Id of the user who resolved the thread. */
  resolved_by_id: number | null
  /** True if a push resolved the thread. */
  resolved_by_push: boolean | null
  /** Id of the user who last changed the note. */
  updated_by_id: number | null
  /** URL of the note in the web interface. */
  url: string | null
}

/** Diff of the file that a note on a commit is about. */
export interface NoteDiff {
  /** The diff, in the unified format. */
  diff: string | null
  /** Path of the file after the change. */
  new_path: string | null
  /** Path of the file before the change. */
  old_path: string | null
  /** File mode before the change, as an octal number, e.g. 100644. */
  a_mode: string | null
  /** File mode after the change, as an octal number. */
  b_mode: string | null
  /** True if the file is new. */
  new_file: boolean | null
  /** True if the file was renamed. */
  renamed_file: boolean | null
  /** True if the file was deleted. */
  deleted_file: boolean | null
}
