// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from '../parts/commit.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { IssueAttributes } from '../parts/issue_attributes.generated.ts'
import type { MergeRequestAttributes } from '../parts/merge_request_attributes.generated.ts'
import type { NoteAttributes } from '../parts/note_attributes.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { Snippet } from '../parts/snippet.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** Somebody reacted with an emoji, or took the reaction back. Since GitLab 16.4 (16.2 behind a flag). */
export interface Emoji {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: emoji. */
  object_kind: string | null
  /** award or revoke. */
  event_type: string | null
  /** award or revoke; from event_type where GitLab sends no action. */
  action: string | null
  /** User who reacted. */
  user: User | null
  /** Id of the project the event belongs to; null where GitLab names none. Also the key of the record. */
  project_id: number | null
  /** Id of the group the event belongs to, where it belongs to no project and GitLab names the group. Then also the key of the record. */
  group_id: number | null
  /** The project. */
  project: Project | null
  /** The reaction. Identity. */
  object_attributes: EmojiAttributes
  /** The note it is on, if it is on one. */
  note: NoteAttributes | null
  /** The issue it, or the note it is on, belongs to. */
  issue: IssueAttributes | null
  /** The work item it, or the note it is on, belongs to. */
  work_item: IssueAttributes | null
  /** The merge request it, or the note it is on, belongs to. */
  merge_request: MergeRequestAttributes | null
  /** The snippet it, or the note it is on, belongs to. */
  project_snippet: Snippet | null
  /** The commit the note it is on belongs to. */
  commit: Commit | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** The reaction. */
export interface EmojiAttributes {
  /** Id of the reaction. Identity: without it the hook is quarantined. */
  id: number
  /** User who reacted. */
  user_id: number | null
  /** Name of the emoji, e.g. thumbsup. */
  name: string | null
  /** What it is on: Issue, MergeRequest, Snippet, Note, WorkItem and others. */
  awardable_type: string | null
  /** Id of what it is on. */
  awardable_id: number | null
  /** When it was given. */
  created_at: number | null
  /** When it was last changed. */
  updated_at: number | null
  /** Address of what it is on. */
  awarded_on_url: string | null
}
