// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { NotePosition } from './note_position.generated.ts'

/** The attributes of a note (comment). What happened is in the event's action. */
export interface NoteAttributes {
  /** Note id, unique in the instance. */
  id: number | null
  /** Text of the note, Markdown. */
  note: string | null
  /** The same text again, as newer instances also name it. */
  description: string | null
  /** What it is on: Commit, MergeRequest, Issue (work items too), Snippet, and others such as DesignManagement::Design. */
  noteable_type: string | null
  /** Id of what it is on; null for a commit. */
  noteable_id: number | null
  /** User who wrote it. */
  author_id: number | null
  /** Project it belongs to. */
  project_id: number | null
  /** When it was written. */
  created_at: number | null
  /** When it was last changed. */
  updated_at: number | null
  /** Whether only members may read it. Since GitLab 19.x. */
  internal: boolean | null
  /** Whether GitLab wrote it (a system note). */
  system: boolean | null
  /** DiffNote, DiscussionNote, or null for a plain note. */
  type: string | null
  /** Attached file, of old notes. */
  attachment: string | null
  /** Line of the diff it is on, as GitLab codes it. */
  line_code: string | null
  /** SHA of the commit it is on; empty or null elsewhere. */
  commit_id: string | null
  /** Thread it belongs to. */
  discussion_id: string | null
  /** Where it is attached now. */
  position: NotePosition | null
  /** Where it was attached when written. */
  original_position: NotePosition | null
  /** Where the line moved since. */
  change_position: NotePosition | null
  /** Diff it is on. */
  st_diff: NoteDiff | null
  /** When the thread was resolved. */
  resolved_at: number | null
  /** User who resolved the thread. */
  resolved_by_id: number | null
  /** Whether a push resolved the thread. */
  resolved_by_push: boolean | null
  /** User who last changed it. */
  updated_by_id: number | null
  /** Address of the note in the web interface. */
  url: string | null
}

/** Diff of the file a note on a commit is on. */
export interface NoteDiff {
  /** The diff, unified format. */
  diff: string | null
  /** Path of the file after. */
  new_path: string | null
  /** Path of the file before. */
  old_path: string | null
  /** File mode before, octal, e.g. 100644. */
  a_mode: string | null
  /** File mode after, octal. */
  b_mode: string | null
  /** Whether the file is new. */
  new_file: boolean | null
  /** Whether the file was renamed. */
  renamed_file: boolean | null
  /** Whether the file was deleted. */
  deleted_file: boolean | null
}
