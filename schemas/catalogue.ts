import { mergeRequestChange, refChange, refChanges, releaseChange, wikiPageChange } from './facts/code.ts'
import { type FactOf, onlyDelivery } from './facts/fact.ts'
import {
  groupLife,
  groupRename,
  keyLife,
  projectChange,
  projectLife,
  userLife,
  userRename,
} from './facts/lifecycle.ts'
import { accessRequest, memberApproval, memberApprovals, memberChange } from './facts/people.ts'
import { deploymentState, featureFlagState, jobState, pipelineState } from './facts/pipelines.ts'
import { emojiAward, issueChange, milestoneChange, noteChange } from './facts/planning.ts'
import {
  accessTokenExpiry,
  deployTokenExpiry,
  duoWorkflowEvent,
  vulnerabilityState,
} from './facts/security.ts'
import type { HookHeaders } from './hook-headers.ts'
import {
  byGroup,
  byIngress,
  byKeyId,
  byMilestoneOwner,
  byProject,
  byProjectOrGroup,
  byPromotion,
  byTokenOwner,
  byUser,
  type KeyOf,
} from './key.ts'
import {
  began,
  created,
  deployed,
  jobTime,
  mergeRequestTime,
  noTime,
  opened,
  pipelineTime,
  released,
  type TimeOf,
  updated,
  vulnerabilityTime,
} from './occurred-at.ts'
import type { Shapes } from './shapes.generated.ts'

/**
 * How long a topic keeps its records.
 * `history` (what happened to projects, groups and people) is kept without a limit,
 * `activity` (daily work) for months, `pipelines` for days. `KAFKA_RETENTION_<CLASS>_DAYS` changes it.
 */
export type Retention = 'history' | 'activity' | 'pipelines'

interface EventDefinition<S extends keyof Shapes> {
  /** File name in schemas/events. A hook must carry the required fields of this schema to be this event. */
  schema: S
  retention: Retention
  key: KeyOf<Shapes[S]>
  fact: FactOf<Shapes[S]>
  occurredAt: TimeOf<Shapes[S]>
  /** The names of the fields that a record lacks to be this event; null where it lacks none. */
  lacks: (record: Shapes[S]) => string | null
}

/** What required fields alone cannot demand of a record. */
const lacking: { readonly [S in keyof Shapes]?: (record: Shapes[S]) => string | null } = {
  // Some merge requests come without their id, and some without an action, but none without both.
  merge_request: ({ action, object_attributes: { id } }) =>
    action === null && id === null ? 'object_attributes.id, action' : null,
}

const eventKept =
  (retention: Retention) =>
  <S extends keyof Shapes>(
    schema: S,
    key: KeyOf<Shapes[S]>,
    fact: FactOf<Shapes[S]>,
    occurredAt: TimeOf<Shapes[S]>,
  ): EventDefinition<S> => {
    const lacks = lacking[schema] ?? (() => null)
    return { schema, retention, key, fact, occurredAt, lacks }
  }

const history = eventKept('history')
const activity = eventKept('activity')
const pipelines = eventKept('pipelines')

/**
 * Every event, one line each: how long it is kept, its schema, the key of its records,
 * what makes two deliveries the same fact, and when it happened.
 */
// biome-ignore format: a table
export const catalogue = {
  // Pushes and merge requests.
  push:              activity('push',              byProject, refChange,          noTime),
  tag_push:          activity('push',              byProject, refChange,          noTime),
  repository_update: activity('repository_update', byProject, refChanges,         noTime),
  merge_request:     activity('merge_request',     byProject, mergeRequestChange, mergeRequestTime),
  // Planning and comments.
  issue:                  activity('issue',     byProjectOrGroup, issueChange,     opened),
  confidential_issue:     activity('issue',     byProjectOrGroup, issueChange,     opened),
  work_item:              activity('issue',     byProjectOrGroup, issueChange,     opened),
  confidential_work_item: activity('issue',     byProjectOrGroup, issueChange,     opened),
  note:                   activity('note',      byProjectOrGroup, noteChange,      opened),
  confidential_note:      activity('note',      byProjectOrGroup, noteChange,      opened),
  emoji:                  activity('emoji',     byProjectOrGroup, emojiAward,      opened),
  confidential_emoji:     activity('emoji',     byProjectOrGroup, emojiAward,      opened),
  milestone:              activity('milestone', byMilestoneOwner, milestoneChange, opened),
  // Pages, releases and flags.
  wiki_page:    activity('wiki_page',    byProject, wikiPageChange,   noTime),
  release:      activity('release',      byProject, releaseChange,    released),
  feature_flag: activity('feature_flag', byProject, featureFlagState, noTime),
  // Pipelines and deployments.
  pipeline:   pipelines('pipeline',   byProject, pipelineState,   pipelineTime),
  job:        pipelines('job',        byProject, jobState,        jobTime),
  deployment: pipelines('deployment', byProject, deploymentState, deployed),
  // Tokens, vulnerabilities and agents.
  access_token:  history('access_token',  byTokenOwner, accessTokenExpiry,  noTime),
  deploy_token:  history('deploy_token',  byTokenOwner, deployTokenExpiry,  noTime),
  vulnerability: history('vulnerability', byProject,    vulnerabilityState, vulnerabilityTime),
  duo_workflow:  activity('duo_workflow', byProject,    duoWorkflowEvent,   noTime),

  // Projects, groups, users and keys.
  project_create:    history('project_lifecycle', byProject, projectLife,   created),
  project_destroy:   history('project_lifecycle', byProject, projectLife,   updated),
  project_rename:    history('project_lifecycle', byProject, projectChange, updated),
  project_transfer:  history('project_lifecycle', byProject, projectChange, updated),
  project_update:    history('project_lifecycle', byProject, projectChange, updated),
  group_create:      history('group_lifecycle',   byGroup,   groupLife,     created),
  group_destroy:     history('group_lifecycle',   byGroup,   groupLife,     updated),
  group_rename:      history('group_lifecycle',   byGroup,   groupRename,   updated),
  subgroup_create:   history('group_lifecycle',   byGroup,   groupLife,     created),
  subgroup_destroy:  history('group_lifecycle',   byGroup,   groupLife,     updated),
  user_create:       history('user_lifecycle',    byUser,    userLife,      created),
  user_destroy:      history('user_lifecycle',    byUser,    userLife,      updated),
  user_rename:       history('user_lifecycle',    byUser,    userRename,    updated),
  user_failed_login: history('user_lifecycle',    byUser,    onlyDelivery,  noTime),
  key_create:        history('key',               byKeyId,   keyLife,       created),
  key_destroy:       history('key',               byKeyId,   keyLife,       noTime),
  // Members of groups and projects.
  user_add_to_group:      history('group_member',   byGroup,   memberChange, created),
  user_update_for_group:  history('group_member',   byGroup,   memberChange, updated),
  user_remove_from_group: history('group_member',   byGroup,   memberChange, noTime),
  user_add_to_team:       history('project_member', byProject, memberChange, created),
  user_update_for_team:   history('project_member', byProject, memberChange, updated),
  user_remove_from_team:  history('project_member', byProject, memberChange, noTime),
  // Requests to become a member.
  user_access_request_to_group:            history('group_member',   byGroup,   accessRequest, created),
  user_access_request_denied_for_group:    history('group_member',   byGroup,   accessRequest, noTime),
  user_access_request_revoked_for_group:   history('group_member',   byGroup,   accessRequest, noTime),
  user_access_request_to_project:          history('project_member', byProject, accessRequest, created),
  user_access_request_revoked_for_project: history('project_member', byProject, accessRequest, noTime),
  // Approvals of members by an administrator.
  gitlab_subscription_member_approval:  history('member_approval',  byPromotion, memberApproval,  created),
  gitlab_subscription_member_approvals: history('member_approvals', byUser,      memberApprovals, updated),

  // Hooks without a type, and hooks that cannot be read as the event that they name.
  unknown:                 activity('unknown',    byProjectOrGroup, onlyDelivery, noTime),
  confidential_unknown:    activity('unknown',    byProjectOrGroup, onlyDelivery, noTime),
  quarantine:              activity('quarantine', byProjectOrGroup, onlyDelivery, noTime),
  confidential_quarantine: activity('quarantine', byProjectOrGroup, onlyDelivery, noTime),
  // What the ingress says of itself.
  interval: history('interval', byIngress, onlyDelivery, began),
} as const

export type EventType = keyof typeof catalogue

/** The type of the records of each event. */
export type Records = { [E in EventType]: Shapes[(typeof catalogue)[E]['schema']] }

/**
 * The record of one of several events. `eventType` tells them apart.
 * It is a field of ours: some hooks of GitLab have an `event_type` with another meaning.
 * `hookHeaders` are in the headers of the message, and a worker gets them with its record.
 */
export type RecordOf<E extends EventType = EventType> = {
  [T in E]: Records[T] & { eventType: T; hookHeaders?: HookHeaders }
}[E]

export const eventTypes = Object.keys(catalogue) as EventType[]

export const isEventType = (name: string): name is EventType => Object.hasOwn(catalogue, name)

/** Whether the records of the event are hooks that could not be read. */
export const isQuarantine = (event: EventType): boolean => catalogue[event].schema === 'quarantine'

/**
 * Whether the event is ours and not one of GitLab's: what we do not know, what we could not read, and what
 * the ingress says of itself.
 */
export const isOurOwn = (event: EventType): boolean =>
  isQuarantine(event) || catalogue[event].schema === 'unknown' || catalogue[event].schema === 'interval'
