import type { MergeRequest, Person } from '../company/world.ts'
import { type SimulatedHook, webhook } from './hook.ts'
import { commitPart, projectPart, repositoryPart, userPart, webUrlOf } from './parts.ts'
import { isoTime } from './times.ts'

export type MergeRequestAction = 'open' | 'update' | 'approved' | 'merge' | 'close' | 'reopen'

/** Value of a field before and after. */
export type Changes = Readonly<Record<string, { previous: unknown; current: unknown }>>

export const mergeRequestHook = (
  request: MergeRequest,
  person: Person,
  action: MergeRequestAction,
  { changes = {}, oldrev }: { changes?: Changes; oldrev?: string } = {},
): SimulatedHook => {
  const { project, author, reviewer } = request
  return webhook('Merge Request', {
    object_kind: 'merge_request',
    event_type: 'merge_request',
    user: userPart(person),
    project: projectPart(project),
    object_attributes: {
      ...mergeRequestPart(request),
      action,
      actioned_at: isoTime(request.updatedAt),
      ...(oldrev !== undefined && { oldrev }),
    },
    labels: [],
    changes,
    repository: repositoryPart(project),
    assignees: [userPart(author)],
    reviewers: [
      {
        ...userPart(reviewer),
        state: request.approvedBy === null ? 'unreviewed' : 'approved',
        re_requested: false,
      },
    ],
  })
}

const stateIds = { opened: 1, closed: 2, merged: 3 } as const

export const urlOfRequest = ({ project, iid }: MergeRequest): string =>
  `${webUrlOf(project)}/-/merge_requests/${iid}`

/** The merge request, as its own events and those of notes have it. */
export const mergeRequestPart = (request: MergeRequest) => {
  const { project, author, reviewer, state } = request
  return {
    id: request.id,
    iid: request.iid,
    title: request.draft ? `Draft: ${request.title}` : request.title,
    description: `${request.title}.\n\nReviewed by @${reviewer.username}.`,
    author_id: author.id,
    assignee_id: author.id,
    assignee_ids: [author.id],
    reviewer_ids: [reviewer.id],
    state,
    state_id: stateIds[state],
    draft: request.draft,
    work_in_progress: request.draft,
    source_branch: request.branch,
    target_branch: 'main',
    target_branch_protected: true,
    source_project_id: project.id,
    target_project_id: project.id,
    source: projectPart(project),
    target: projectPart(project),
    merge_status: 'can_be_merged',
    detailed_merge_status: detailedStatusOf(request),
    merge_commit_sha: request.mergeCommit,
    squash_commit_sha: null,
    merge_error: null,
    merge_params: { force_remove_source_branch: '1' },
    merge_user_id: state === 'merged' ? (request.approvedBy?.id ?? author.id) : null,
    merge_when_pipeline_succeeds: false,
    merged_at: state === 'merged' ? isoTime(request.updatedAt) : null,
    head_pipeline_id: null,
    milestone_id: null,
    blocking_discussions_resolved: true,
    first_contribution: false,
    created_at: isoTime(request.createdAt),
    updated_at: isoTime(request.updatedAt),
    prepared_at: isoTime(request.createdAt),
    last_edited_at: null,
    last_edited_by_id: null,
    updated_by_id: null,
    last_commit: commitPart(project, request.head),
    labels: [],
    time_estimate: 0,
    total_time_spent: 0,
    time_change: 0,
    human_time_estimate: null,
    human_total_time_spent: null,
    human_time_change: null,
    system: false,
    approval_rules: [],
    url: urlOfRequest(request),
  }
}

const detailedStatusOf = ({ state, draft, approvedBy }: MergeRequest): string => {
  if (state !== 'opened') return 'not_open'
  if (draft) return 'draft_status'
  return approvedBy === null ? 'not_approved' : 'mergeable'
}
