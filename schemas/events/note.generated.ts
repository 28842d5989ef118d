// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from '../parts/commit.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { IssueAttributes } from '../parts/issue_attributes.generated.ts'
import type { MergeRequestAttributes } from '../parts/merge_request_attributes.generated.ts'
import type { NoteAttributes } from '../parts/note_attributes.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { Snippet } from '../parts/snippet.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A user wrote or edited a comment on a commit, merge request, issue, snippet or another object. Two event types have this schema, and delivery.event_type says which one it is: note, and confidential_note (internal notes, and notes on confidential issues). The type of the object is in object_attributes.noteable_type. */
export interface Note {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: note. */
  object_kind: string | null
  /** GitLab's event type: note or confidential_note. Old GitLab versions do not send it. */
  event_type: string | null
  /** What happened: create or update. Available since GitLab 16.11. Before that version, every note hook reports a new note. */
  action: string | null
  /** Id of the note. It is taken from object_attributes.id. Required: a hook without it is quarantined. */
  id: number
  /** User who wrote or changed the note. */
  user: User | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** Id of the group that the event belongs to, if it belongs to no project and GitLab names the group. The id is then part of the key of the record (group:<id>). */
  group_id: number | null
  /** The project. */
  project: Project | null
  /** The note. Required: a hook without it is quarantined. */
  object_attributes: NoteAttributes
  /** The commit that the note is about. Null if the note is not about a commit. */
  commit: Commit | null
  /** The merge request that the note is about. Null if the note is not about a merge request. */
  merge_request: MergeRequestAttributes | null
  /** The issue or work item that the note is about. Null if the note is not about one. */
  issue: IssueAttributes | null
  /** The snippet that the note is about. Null if the note is not about a snippet. */
  snippet: Snippet | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
