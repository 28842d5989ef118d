// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from './commit.generated.ts'
import type { Label } from './label.generated.ts'
import type { Project } from './project.generated.ts'

/** The attributes of a merge request. The deprecated fields merge_status and position are only in raw. The same is true for assignee, assignee_id and work_in_progress if GitLab sends the fields that replace them. The field action of the event says what happened. */
export interface MergeRequestAttributes {
  /** Id of the merge request, unique in the GitLab instance. It is missing only in incomplete bodies. */
  id: number | null
  /** Number of the merge request in its project, as in !12. */
  iid: number | null
  /** Title of the merge request. */
  title: string | null
  /** Description of the merge request, in Markdown. */
  description: string | null
  /** Time of the action. Older GitLab versions do not send it. It has been seen since GitLab 18.11. */
  actioned_at: number | null
  /** State of the merge request: opened, closed, merged or locked. */
  state: string | null
  /** State as a number: 1 is opened, 2 is closed, 3 is merged, 4 is locked. */
  state_id: number | null
  /** Name of the branch that is to be merged. */
  source_branch: string | null
  /** Name of the branch that the source branch is to be merged into. */
  target_branch: string | null
  /** True if the target branch is protected. */
  target_branch_protected: boolean | null
  /** Id of the project of the source branch. Null if the fork was deleted. */
  source_project_id: number | null
  /** Id of the project of the target branch. */
  target_project_id: number | null
  /** Project of the source branch. Null if the fork was deleted. */
  source: Project | null
  /** Project of the target branch. It is the same as the project of the event. */
  target: Project | null
  /** Id of the user who opened the merge request. */
  author_id: number | null
  /** Ids of the users who are assigned to the merge request. If GitLab sends no list, this is the one id in assignee_id. */
  assignee_ids: number[]
  /** Ids of the users who are asked to review the merge request. */
  reviewer_ids: number[]
  /** Whether the merge request can be merged, and if not, why not. Examples: mergeable, checking, not_approved, ci_must_pass, draft_status. */
  detailed_merge_status: string | null
  /** SHA of the merge commit. Null before the merge. */
  merge_commit_sha: string | null
  /** SHA of the squash commit. Null before the squash. */
  squash_commit_sha: string | null
  /** Reason why the last attempt to merge failed. */
  merge_error: string | null
  /** Options of the merge. The set of options is not fixed. Each value is JSON text, e.g. force_remove_source_branch is "1", "0" or null. */
  merge_params: Record<string, string>
  /** Id of the user who merged the merge request, or who set it to merge automatically. */
  merge_user_id: number | null
  /** True if GitLab will merge the merge request automatically when the pipeline succeeds. */
  merge_when_pipeline_succeeds: boolean | null
  /** Time when the merge request was merged. */
  merged_at: number | null
  /** Id of the newest pipeline of the source branch. */
  head_pipeline_id: number | null
  /** Id of the milestone. */
  milestone_id: number | null
  /** True if the merge request is a draft. GitLab before 14.0 does not send draft; then it is taken from work_in_progress. */
  draft: boolean | null
  /** True if every thread that blocks the merge is resolved. */
  blocking_discussions_resolved: boolean | null
  /** True if this is the first contribution of the author to the project. */
  first_contribution: boolean | null
  /** Time when the merge request was opened. */
  created_at: number | null
  /** Time when the merge request was last changed. Old GitLab versions send whole seconds only. */
  updated_at: number | null
  /** Time when GitLab finished preparing the merge request (diff and merge check). */
  prepared_at: number | null
  /** Time when the title or the description was last edited. */
  last_edited_at: number | null
  /** Id of the user who last edited the title or the description. */
  last_edited_by_id: number | null
  /** Id of the user who last changed the merge request. */
  updated_by_id: number | null
  /** Newest commit of the source branch. GitLab does not send the paths of the changed files here. */
  last_commit: Commit | null
  /** Labels of the merge request. */
  labels: Label[]
  /** Estimated time, in seconds. */
  time_estimate: number | null
  /** Total time spent, in seconds. */
  total_time_spent: number | null
  /** Time that this event adds to the time spent or removes from it, in seconds. */
  time_change: number | null
  /** The value of time_estimate as text for people, e.g. 1h 30m. */
  human_time_estimate: string | null
  /** The value of total_time_spent as text for people. */
  human_total_time_spent: string | null
  /** The value of time_change as text for people. */
  human_time_change: string | null
  /** SHA of the head of the source branch before this update. Only set if the code changed. */
  oldrev: string | null
  /** True if GitLab itself caused the event, and not a person. */
  system: boolean | null
  /** Why GitLab caused the event: approvals_reset_on_push or code_owner_approvals_reset_on_push. */
  system_action: string | null
  /** Approval rules: a list as JSON text (id, name, rule_type, approvals_required and more). Only paid tiers of GitLab send it. */
  approval_rules: string | null
  /** URL of the merge request in the web interface. System hooks of GitLab versions from 2019 do not send it. */
  url: string | null
  /** Time when the merge request was deleted. Only GitLab versions from about 2019 send it. */
  deleted_at: number | null
  /** SHA of the merge commit while a merge is in progress. Only GitLab versions from about 2019 send it. */
  in_progress_merge_commit_sha: string | null
  /** Counter for optimistic locking. Only GitLab versions from about 2019 send it. */
  lock_version: number | null
  /** True if GitLab fetched the source branch. Only GitLab versions from about 2019 send it. */
  ref_fetched: boolean | null
  /** Id of the background job that merges. Only GitLab versions from about 2019 send it. */
  merge_jid: string | null
}
