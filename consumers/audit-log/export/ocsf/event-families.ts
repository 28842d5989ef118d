import type { EventType } from '../../../../schemas/catalogue.ts'
import { type Activity, type OcsfClass, other } from './classes.ts'

/** How events of one type are reported: the class, and the activity, which may be said by the body. */
export type EventFamily =
  | { class: Exclude<OcsfClass, 'web'>; activity: Activity }
  | { class: 'web'; activity: Activity | 'by the action of the body' }

const create: Activity = [1, 'Create']
const update: Activity = [3, 'Update']

const web = (activity: Activity | 'by the action of the body'): EventFamily => ({ class: 'web', activity })
const changed = web('by the action of the body')
/** Pipelines, jobs and deployments reach a state. Who or what caused it is not said. */
const reached = web(update)
const entity = (activity: Activity): EventFamily => ({ class: 'entity', activity })
const account = (activity: Activity): EventFamily => ({ class: 'account', activity })
const group = (activity: Activity): EventFamily => ({ class: 'group', activity })
const access = (activity: Activity): EventFamily => ({ class: 'access', activity })
const base: EventFamily = { class: 'base', activity: [0, 'Unknown'] }

/** The family of every event. A new event needs a line here. */
export const eventFamilies = {
  push: web(update),
  tag_push: web(update),
  repository_update: web(update),
  merge_request: changed,
  issue: changed,
  confidential_issue: changed,
  work_item: changed,
  confidential_work_item: changed,
  note: changed,
  confidential_note: changed,
  emoji: changed,
  confidential_emoji: changed,
  milestone: changed,
  wiki_page: changed,
  release: changed,
  feature_flag: web(update),
  pipeline: reached,
  job: reached,
  deployment: reached,
  // OCSF's findings need the CVE or an advisory, which the hook does not always name.
  vulnerability: reached,
  duo_workflow: reached,
  access_token: entity(other('Expires soon')),
  deploy_token: entity(other('Expires soon')),
  project_create: entity(create),
  project_destroy: entity([4, 'Delete']),
  project_rename: entity(update),
  project_transfer: entity(update),
  project_update: entity(update),
  key_create: entity(create),
  key_destroy: entity([4, 'Delete']),
  group_create: group([6, 'Create']),
  group_destroy: group([5, 'Delete']),
  group_rename: group(other('Rename')),
  subgroup_create: group([6, 'Create']),
  subgroup_destroy: group([5, 'Delete']),
  user_create: account(create),
  user_destroy: account([6, 'Delete']),
  user_rename: account(other('Rename')),
  user_failed_login: { class: 'authentication', activity: [1, 'Logon'] },
  user_add_to_group: group([3, 'Add User']),
  user_update_for_group: group([1, 'Assign Privileges']),
  user_remove_from_group: group([4, 'Remove User']),
  user_access_request_to_group: group(other('Request Access')),
  user_access_request_denied_for_group: group(other('Deny Access')),
  user_access_request_revoked_for_group: group(other('Withdraw Request')),
  user_add_to_team: access([1, 'Assign Privileges']),
  user_update_for_team: access([1, 'Assign Privileges']),
  user_remove_from_team: access([2, 'Revoke Privileges']),
  user_access_request_to_project: access(other('Request Access')),
  user_access_request_revoked_for_project: access(other('Withdraw Request')),
  gitlab_subscription_member_approval: access(other('Request Role')),
  gitlab_subscription_member_approvals: access(other('Decide Request')),
  unknown: base,
  confidential_unknown: base,
  quarantine: base,
  confidential_quarantine: base,
  interval: { class: 'lifecycle', activity: other('Take No Hooks') },
} as const satisfies Readonly<Record<EventType, EventFamily>>

export const familyOf = (eventType: unknown): EventFamily =>
  (eventFamilies as Readonly<Record<string, EventFamily | undefined>>)[String(eventType)] ?? base

const webActivities: Readonly<Record<string, Activity>> = {
  open: create,
  create,
  award: create,
  delete: [4, 'Delete'],
  destroy: [4, 'Delete'],
  revoke: [4, 'Delete'],
}

/** The activity that GitLab's action is. Without an action, for example after an erasure, it is not known. */
export const activityOf = (action: string | undefined): Activity =>
  action === undefined ? [0, 'Unknown'] : (webActivities[action] ?? update)
