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
import {
  byGroup,
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
  created,
  deployed,
  jobTime,
  mergeRequestTime,
  neverTold,
  opened,
  pipelineTime,
  released,
  type TimeOf,
  updated,
  vulnerabilityTime,
} from './occurred-at.ts'
import type { Shapes } from './shapes.generated.ts'

/** How long a topic keeps its records: what happened to projects and people for ever, daily work for months, pipelines for days. */
export type Retention = 'history' | 'activity' | 'pipelines'

interface EventDefinition<S extends keyof Shapes> {
  /** File in schemas/events. Its required fields are what a hook must bring to be this event. */
  schema: S
  retention: Retention
  key: KeyOf<Shapes[S]>
  fact: FactOf<Shapes[S]>
  occurredAt: TimeOf<Shapes[S]>
  /** GitLab's page of the event. */
  doc: string
  /** What is missing to be this event, where required fields cannot say it. */
  lacks: (record: Shapes[S]) => string | null
}

const webhooks = 'https://docs.gitlab.com/user/project/integrations/webhook_events/#'
const systemHooks = 'https://docs.gitlab.com/administration/system_hooks/#'

const event = <S extends keyof Shapes>(
  schema: S,
  retention: Retention,
  key: KeyOf<Shapes[S]>,
  fact: FactOf<Shapes[S]>,
  occurredAt: TimeOf<Shapes[S]>,
  doc: string,
  lacks: (record: Shapes[S]) => string | null = () => null,
): EventDefinition<S> => ({ schema, retention, key, fact, occurredAt, doc, lacks })

/** Some merge requests come without their id, some (2019) without an action; none without both. */
const mergeRequestLacks = ({ action, object_attributes: { id } }: Shapes['merge_request']) =>
  action === null && id === null ? 'object_attributes.id, action' : null

/** Every event, one line each. `unknown` holds what we have no schema for, `quarantine` what we could not read. */
// biome-ignore format: a table
export const catalogue = {
  push:                      event('push',              'activity',  byProject,        refChange,          neverTold,         `${webhooks}push-events`),
  tag_push:                  event('push',              'activity',  byProject,        refChange,          neverTold,         `${webhooks}tag-events`),
  repository_update:         event('repository_update', 'activity',  byProject,        refChanges,         neverTold,         `${systemHooks}repository-update-events`),
  merge_request:             event('merge_request',     'activity',  byProject,        mergeRequestChange, mergeRequestTime,  `${webhooks}merge-request-events`, mergeRequestLacks),
  issue:                     event('issue',             'activity',  byProjectOrGroup, issueChange,        opened,            `${webhooks}work-item-events`),
  confidential_issue:        event('issue',             'activity',  byProjectOrGroup, issueChange,        opened,            `${webhooks}work-item-events`),
  work_item:                 event('issue',             'activity',  byProjectOrGroup, issueChange,        opened,            `${webhooks}work-item-events`),
  confidential_work_item:    event('issue',             'activity',  byProjectOrGroup, issueChange,        opened,            `${webhooks}work-item-events`),
  note:                      event('note',              'activity',  byProjectOrGroup, noteChange,         opened,            `${webhooks}comment-events`),
  confidential_note:         event('note',              'activity',  byProjectOrGroup, noteChange,         opened,            `${webhooks}comment-events`),
  emoji:                     event('emoji',             'activity',  byProjectOrGroup, emojiAward,         opened,            `${webhooks}emoji-events`),
  milestone:                 event('milestone',         'activity',  byMilestoneOwner, milestoneChange,    opened,            `${webhooks}milestone-events`),
  wiki_page:                 event('wiki_page',         'activity',  byProject,        wikiPageChange,     neverTold,         `${webhooks}wiki-page-events`),
  release:                   event('release',           'activity',  byProject,        releaseChange,      released,          `${webhooks}release-events`),
  feature_flag:              event('feature_flag',      'activity',  byProject,        featureFlagState,   neverTold,         `${webhooks}feature-flag-events`),
  pipeline:                  event('pipeline',          'pipelines', byProject,        pipelineState,      pipelineTime,      `${webhooks}pipeline-events`),
  job:                       event('job',               'pipelines', byProject,        jobState,           jobTime,           `${webhooks}job-events`),
  deployment:                event('deployment',        'pipelines', byProject,        deploymentState,    deployed,          `${webhooks}deployment-events`),
  access_token:              event('access_token',      'history',   byTokenOwner,     accessTokenExpiry,  neverTold,         `${webhooks}project-and-group-access-token-events`),
  deploy_token:              event('deploy_token',      'history',   byTokenOwner,     deployTokenExpiry,  neverTold,         `${webhooks}project-and-group-deploy-token-events`),
  vulnerability:             event('vulnerability',     'history',   byProject,        vulnerabilityState, vulnerabilityTime, `${webhooks}vulnerability-events`),
  duo_workflow:              event('duo_workflow',      'activity',  byProject,        duoWorkflowEvent,   neverTold,         webhooks),

  project_create:            event('project_lifecycle', 'history',   byProject,        projectLife,        created,           `${systemHooks}project-created`),
  project_destroy:           event('project_lifecycle', 'history',   byProject,        projectLife,        updated,           `${systemHooks}project-destroyed`),
  project_rename:            event('project_lifecycle', 'history',   byProject,        projectChange,      updated,           `${systemHooks}project-renamed`),
  project_transfer:          event('project_lifecycle', 'history',   byProject,        projectChange,      updated,           `${systemHooks}project-transferred`),
  project_update:            event('project_lifecycle', 'history',   byProject,        projectChange,      updated,           `${systemHooks}project-updated`),
  group_create:              event('group_lifecycle',   'history',   byGroup,          groupLife,          created,           `${systemHooks}group-created`),
  group_destroy:             event('group_lifecycle',   'history',   byGroup,          groupLife,          updated,           `${systemHooks}group-removed`),
  group_rename:              event('group_lifecycle',   'history',   byGroup,          groupRename,        updated,           `${systemHooks}group-renamed`),
  subgroup_create:           event('group_lifecycle',   'history',   byGroup,          groupLife,          created,           `${webhooks}subgroup-events`),
  subgroup_destroy:          event('group_lifecycle',   'history',   byGroup,          groupLife,          updated,           `${webhooks}subgroup-events`),
  user_create:               event('user_lifecycle',    'history',   byUser,           userLife,           created,           `${systemHooks}user-created`),
  user_destroy:              event('user_lifecycle',    'history',   byUser,           userLife,           updated,           `${systemHooks}user-removed`),
  user_rename:               event('user_lifecycle',    'history',   byUser,           userRename,         updated,           `${systemHooks}user-renamed`),
  user_failed_login:         event('user_lifecycle',    'history',   byUser,           onlyDelivery,        neverTold,         `${systemHooks}user-failed-login`),
  key_create:                event('key',               'history',   byKeyId,          keyLife,            created,           `${systemHooks}key-added`),
  key_destroy:               event('key',               'history',   byKeyId,          keyLife,            neverTold,         `${systemHooks}key-removed`),

  user_add_to_group:         event('group_member',      'history',   byGroup,          memberChange,       created,           `${webhooks}group-member-events`),
  user_update_for_group:     event('group_member',      'history',   byGroup,          memberChange,       updated,           `${webhooks}group-member-events`),
  user_remove_from_group:    event('group_member',      'history',   byGroup,          memberChange,       neverTold,         `${webhooks}group-member-events`),
  user_add_to_team:          event('project_member',    'history',   byProject,        memberChange,       created,           `${systemHooks}new-team-member`),
  user_update_for_team:      event('project_member',    'history',   byProject,        memberChange,       updated,           `${systemHooks}team-member-updated`),
  user_remove_from_team:     event('project_member',    'history',   byProject,        memberChange,       neverTold,         `${systemHooks}team-member-removed`),

  user_access_request_to_group:              event('group_member',     'history', byGroup,     accessRequest,   created,   `${webhooks}group-member-events`),
  user_access_request_denied_for_group:      event('group_member',     'history', byGroup,     accessRequest,   neverTold, `${webhooks}group-member-events`),
  user_access_request_revoked_for_group:     event('group_member',     'history', byGroup,     accessRequest,   neverTold, `${systemHooks}group-member-access-request-revoked`),
  user_access_request_to_project:            event('project_member',   'history', byProject,   accessRequest,   created,   `${systemHooks}project-member-access-request`),
  user_access_request_revoked_for_project:   event('project_member',   'history', byProject,   accessRequest,   neverTold, `${systemHooks}project-member-access-request-revoked`),
  gitlab_subscription_member_approval:       event('member_approval',  'history', byPromotion, memberApproval,  created,   systemHooks),
  gitlab_subscription_member_approvals:      event('member_approvals', 'history', byUser,      memberApprovals, updated,   systemHooks),

  unknown:                   event('unknown',           'activity',  byProjectOrGroup, onlyDelivery,       neverTold,         webhooks),
  quarantine:                event('quarantine',        'activity',  byProjectOrGroup, onlyDelivery,       neverTold,         webhooks),
} as const

export type EventType = keyof typeof catalogue

/** Event type → the type of its records. */
export type Records = { [E in EventType]: Shapes[(typeof catalogue)[E]['schema']] }

/** The record of one of several events; `eventType` tells them apart (it is ours: GitLab has an `event_type` of its own). */
export type RecordOf<E extends EventType = EventType> = { [T in E]: Records[T] & { eventType: T } }[E]

export const eventTypes = Object.keys(catalogue) as EventType[]

export const isEventType = (name: string): name is EventType => Object.hasOwn(catalogue, name)
