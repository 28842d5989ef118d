import type { EventType, RecordOf } from '../../../schemas/catalogue.ts'
import type { Told } from './chat-message.ts'
import * as lifecycle from './lifecycle.ts'
import { mergeRequest } from './merge-requests.ts'
import { featureFlag, release, wikiPage } from './pages.ts'
import { deployment, job, pipeline } from './pipelines.ts'
import { emoji, issue, milestone, note } from './planning.ts'
import { push, repositoryUpdate } from './pushes.ts'
import { duoWorkflow, token, vulnerability } from './security.ts'

/** What is said about each event. The compiler asks for a line of every event. */
const tellers: { readonly [E in EventType]: (record: RecordOf<E>, state?: string) => Told } = {
  push,
  tag_push: push,
  repository_update: repositoryUpdate,
  merge_request: mergeRequest,
  issue,
  confidential_issue: issue,
  work_item: issue,
  confidential_work_item: issue,
  note,
  confidential_note: note,
  emoji,
  confidential_emoji: emoji,
  milestone,
  wiki_page: wikiPage,
  release,
  feature_flag: featureFlag,
  pipeline,
  job,
  deployment,
  access_token: token,
  deploy_token: token,
  vulnerability,
  duo_workflow: duoWorkflow,
  project_create: lifecycle.project,
  project_destroy: lifecycle.project,
  project_rename: lifecycle.project,
  project_transfer: lifecycle.project,
  project_update: lifecycle.project,
  group_create: lifecycle.group,
  group_destroy: lifecycle.group,
  group_rename: lifecycle.group,
  subgroup_create: lifecycle.group,
  subgroup_destroy: lifecycle.group,
  user_create: lifecycle.user,
  user_destroy: lifecycle.user,
  user_rename: lifecycle.user,
  user_failed_login: lifecycle.user,
  key_create: lifecycle.key,
  key_destroy: lifecycle.key,
  user_add_to_group: lifecycle.groupMember,
  user_update_for_group: lifecycle.groupMember,
  user_remove_from_group: lifecycle.groupMember,
  user_add_to_team: lifecycle.teamMember,
  user_update_for_team: lifecycle.teamMember,
  user_remove_from_team: lifecycle.teamMember,
  user_access_request_to_group: lifecycle.groupMember,
  user_access_request_denied_for_group: lifecycle.groupMember,
  user_access_request_revoked_for_group: lifecycle.groupMember,
  user_access_request_to_project: lifecycle.teamMember,
  user_access_request_revoked_for_project: lifecycle.teamMember,
  gitlab_subscription_member_approval: lifecycle.memberApproval,
  gitlab_subscription_member_approvals: lifecycle.memberApprovals,
  interval: lifecycle.interval,
  unknown: lifecycle.unknown,
  confidential_unknown: lifecycle.unknown,
  quarantine: lifecycle.quarantine,
  confidential_quarantine: lifecycle.quarantine,
}

/** @param state of a pipeline: `fixed` where the last one of its branch had failed */
export const tell = (record: RecordOf, state?: string): Told =>
  (tellers[record.eventType] as (record: RecordOf, state?: string) => Told)(record, state)
