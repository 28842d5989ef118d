// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from './commit.generated.ts'
import type { Label } from './label.generated.ts'
import type { Project } from './project.generated.ts'

/** The attributes of a merge request. The deprecated fields merge_status and position are left to raw, and assignee, assignee_id and work_in_progress where their successors are there; what happened is in the event's action. */
export interface MergeRequestAttributes {
  /** Merge request id, unique in the instance. Missing only in partial bodies. */
  id: number | null
  /** Number within the project, the one after the exclamation mark. */
  iid: number | null
  /** Title. */
  title: string | null
  /** Description, Markdown. */
  description: string | null
  /** When the action was done. Older instances do not send it (seen from GitLab 18.11 on). */
  actioned_at: number | null
  /** opened, closed, merged or locked. */
  state: string | null
  /** State as a number: 1 opened, 2 closed, 3 merged, 4 locked. */
  state_id: number | null
  /** Branch that is to be merged. */
  source_branch: string | null
  /** Branch it is to be merged into. */
  target_branch: string | null
  /** Whether the target branch is protected. */
  target_branch_protected: boolean | null
  /** Project of the source branch; null when the fork is gone. */
  source_project_id: number | null
  /** Project of the target branch. */
  target_project_id: number | null
  /** Project of the source branch; null when the fork is gone. */
  source: Project | null
  /** Project of the target branch; the same as the event's project. */
  target: Project | null
  /** User who opened it. */
  author_id: number | null
  /** Users it is assigned to; the one of assignee_id where the list is absent. */
  assignee_ids: number[]
  /** Users asked to review it. */
  reviewer_ids: number[]
  /** Whether it can be merged and what stands in the way, e.g. mergeable, checking, not_approved, ci_must_pass, draft_status. */
  detailed_merge_status: string | null
  /** SHA of the merge commit, once merged. */
  merge_commit_sha: string | null
  /** SHA of the squash commit, once squashed. */
  squash_commit_sha: string | null
  /** Why the last attempt to merge failed. */
  merge_error: string | null
  /** Options of the merge, open: each value is JSON text, e.g. force_remove_source_branch is "1", "0" or null. */
  merge_params: Record<string, string>
  /** User who merged it or set it to merge. */
  merge_user_id: number | null
  /** Whether it is set to merge by itself once the pipeline succeeds. */
  merge_when_pipeline_succeeds: boolean | null
  /** When it was merged. */
  merged_at: number | null
  /** Newest pipeline of the source branch. */
  head_pipeline_id: number | null
  /** Milestone. */
  milestone_id: number | null
  /** Whether it is a draft; work_in_progress where GitLab does not say draft (before 14.0). */
  draft: boolean | null
  /** Whether every thread that blocks the merge is resolved. */
  blocking_discussions_resolved: boolean | null
  /** Whether it is the author's first contribution to the project. */
  first_contribution: boolean | null
  /** When it was opened. */
  created_at: number | null
  /** When it was last changed; one-second resolution on old instances. */
  updated_at: number | null
  /** When GitLab had finished preparing it (diff and merge check). */
  prepared_at: number | null
  /** When title or description were last edited. */
  last_edited_at: number | null
  /** User who last edited title or description. */
  last_edited_by_id: number | null
  /** User who last changed it. */
  updated_by_id: number | null
  /** Newest commit of the source branch. Paths are not sent here. */
  last_commit: Commit | null
  /** Labels. */
  labels: Label[]
  /** Estimated time, seconds. */
  time_estimate: number | null
  /** Time spent in all, seconds. */
  total_time_spent: number | null
  /** Time spent that this event adds or takes back, seconds. */
  time_change: number | null
  /** time_estimate for people, e.g. 1h 30m. */
  human_time_estimate: string | null
  /** total_time_spent for people. */
  human_total_time_spent: string | null
  /** time_change for people. */
  human_time_change: string | null
  /** Head of the source branch before this update; only when the code changed. */
  oldrev: string | null
  /** Whether GitLab itself, not a person, caused the event. */
  system: boolean | null
  /** What made GitLab act: approvals_reset_on_push, code_owner_approvals_reset_on_push. */
  system_action: string | null
  /** Approval rules, open: the list as JSON text (id, name, rule_type, approvals_required and more). Paid tiers only. */
  approval_rules: string | null
  /** Address in the web interface. Missing in system hooks of 2019. */
  url: string | null
  /** When it was deleted. Instances of about 2019 only. */
  deleted_at: number | null
  /** SHA of a merge under way. Instances of about 2019 only. */
  in_progress_merge_commit_sha: string | null
  /** Counter of the optimistic lock. Instances of about 2019 only. */
  lock_version: number | null
  /** Whether the source branch was fetched. Instances of about 2019 only. */
  ref_fetched: boolean | null
  /** Id of the background job that merges. Instances of about 2019 only. */
  merge_jid: string | null
}
