import type { EventType } from './catalogue.ts'

const webhooks = 'https://docs.gitlab.com/user/project/integrations/webhook_events/#'
const systemHooks = 'https://docs.gitlab.com/administration/system_hooks/#'

/**
 * GitLab's own page of an event. An event without an entry is described on the page of all webhook events.
 */
const pages: Partial<Record<EventType, string>> = {
  push: `${webhooks}push-events`,
  tag_push: `${webhooks}tag-events`,
  repository_update: `${systemHooks}repository-update-events`,
  merge_request: `${webhooks}merge-request-events`,
  issue: `${webhooks}work-item-events`,
  confidential_issue: `${webhooks}work-item-events`,
  work_item: `${webhooks}work-item-events`,
  confidential_work_item: `${webhooks}work-item-events`,
  note: `${webhooks}comment-events`,
  confidential_note: `${webhooks}comment-events`,
  emoji: `${webhooks}emoji-events`,
  milestone: `${webhooks}milestone-events`,
  wiki_page: `${webhooks}wiki-page-events`,
  release: `${webhooks}release-events`,
  feature_flag: `${webhooks}feature-flag-events`,
  pipeline: `${webhooks}pipeline-events`,
  job: `${webhooks}job-events`,
  deployment: `${webhooks}deployment-events`,
  access_token: `${webhooks}project-and-group-access-token-events`,
  deploy_token: `${webhooks}project-and-group-deploy-token-events`,
  vulnerability: `${webhooks}vulnerability-events`,
  project_create: `${systemHooks}project-created`,
  project_destroy: `${systemHooks}project-destroyed`,
  project_rename: `${systemHooks}project-renamed`,
  project_transfer: `${systemHooks}project-transferred`,
  project_update: `${systemHooks}project-updated`,
  group_create: `${systemHooks}group-created`,
  group_destroy: `${systemHooks}group-removed`,
  group_rename: `${systemHooks}group-renamed`,
  subgroup_create: `${webhooks}subgroup-events`,
  subgroup_destroy: `${webhooks}subgroup-events`,
  user_create: `${systemHooks}user-created`,
  user_destroy: `${systemHooks}user-removed`,
  user_rename: `${systemHooks}user-renamed`,
  user_failed_login: `${systemHooks}user-failed-login`,
  key_create: `${systemHooks}key-added`,
  key_destroy: `${systemHooks}key-removed`,
  user_add_to_group: `${webhooks}group-member-events`,
  user_update_for_group: `${webhooks}group-member-events`,
  user_remove_from_group: `${webhooks}group-member-events`,
  user_add_to_team: `${systemHooks}new-team-member`,
  user_update_for_team: `${systemHooks}team-member-updated`,
  user_remove_from_team: `${systemHooks}team-member-removed`,
  user_access_request_to_group: `${webhooks}group-member-events`,
  user_access_request_denied_for_group: `${webhooks}group-member-events`,
  user_access_request_revoked_for_group: `${systemHooks}group-member-access-request-revoked`,
  user_access_request_to_project: `${systemHooks}project-member-access-request`,
  user_access_request_revoked_for_project: `${systemHooks}project-member-access-request-revoked`,
  gitlab_subscription_member_approval: systemHooks,
  gitlab_subscription_member_approvals: systemHooks,
}

export const gitlabPageOf = (event: EventType): string => pages[event] ?? webhooks
