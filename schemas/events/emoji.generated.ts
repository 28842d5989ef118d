// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from '../parts/commit.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { IssueAttributes } from '../parts/issue_attributes.generated.ts'
import type { MergeRequestAttributes } from '../parts/merge_request_attributes.generated.ts'
import type { NoteAttributes } from '../parts/note_attributes.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { Snippet } from '../parts/snippet.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A user reacted with an emoji, or removed the reaction. Available since GitLab 16.4 (since 16.2 behind a feature flag). */
export interface Emoji {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: emoji. */
  object_kind: string | null
  /** What happened: award or revoke. */
  event_type: string | null
  /** What happened: award or revoke. It is taken from event_type if GitLab sends no action. */
  action: string | null
  /** User who reacted. */
  user: User | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** Id of the group that the event belongs to, if it belongs to no project and GitLab names the group. The id is then part of the key of the record (group:<id>). */
  group_id: number | null
  /** The project. */
  project: Project | null
  /** The reaction. Required: a hook without it is quarantined. */
  object_attributes: EmojiAttributes
  /** The note that the user reacted to. Null if the reaction is not to a note. */
  note: NoteAttributes | null
  /** The issue that the user reacted to, or the issue of the note that the user reacted to. */
  issue: IssueAttributes | null
  /** The work item that the user reacted to, or the work item of the note that the user reacted to. */
  work_item: IssueAttributes | null
  /** The merge request that the user reacted to, or the merge request of the note that the user reacted to. */
  merge_request: MergeRequestAttributes | null
  /** The snippet that the user reacted to, or the snippet of the note that the user reacted to. */
  project_snippet: Snippet | null
  /** The commit of the note that the user reacted to. */
  commit: Commit | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** The reaction. */
export interface EmojiAttributes {
  /** Id of the reaction. Required: a hook without it is quarantined. */
  id: number
  /** Id of the user who reacted. */
  user_id: number | null
  /** Name of the emoji, e.g. thumbsup. */
  name: string | null
  /** Type of the object that the user reacted to: Issue, MergeRequest, Snippet, Note, WorkItem and others. */
  awardable_type: string | null
  /** Id of the object that the user reacted to. */
  awardable_id: number | null
  /** Time of the reaction. */
  created_at: number | null
  /** Time of the last change of the reaction. */
  updated_at: number | null
  /** URL of the object that the user reacted to. */
  awarded_on_url: string | null
}
