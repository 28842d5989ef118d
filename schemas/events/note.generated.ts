// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from '../parts/commit.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { IssueAttributes } from '../parts/issue_attributes.generated.ts'
import type { MergeRequestAttributes } from '../parts/merge_request_attributes.generated.ts'
import type { NoteAttributes } from '../parts/note_attributes.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { Snippet } from '../parts/snippet.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** Somebody commented on a commit, merge request, issue, snippet or other object; shared by note and confidential_note (internal notes, and notes on confidential issues). What it is on: object_attributes.noteable_type. */
export interface Note {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: note. */
  object_kind: string | null
  /** note or confidential_note; missing in old bodies. */
  event_type: string | null
  /** create or update. Since GitLab 16.11; before, every note hook is a creation. */
  action: string | null
  /** Id of the note: object_attributes.id. Identity: without it the hook is quarantined. */
  id: number
  /** User who wrote or changed it. */
  user: User | null
  /** Id of the project the event belongs to; null where GitLab names none. Also the key of the record. */
  project_id: number | null
  /** Id of the group the event belongs to, where it belongs to no project and GitLab names the group. Then also the key of the record. */
  group_id: number | null
  /** The project. */
  project: Project | null
  /** The note. Identity. */
  object_attributes: NoteAttributes
  /** The commit it is on, if it is on one. */
  commit: Commit | null
  /** The merge request it is on, if it is on one. */
  merge_request: MergeRequestAttributes | null
  /** The issue or work item it is on, if it is on one. */
  issue: IssueAttributes | null
  /** The snippet it is on, if it is on one. */
  snippet: Snippet | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}
