import { type Fact, mergeRequestChange, projectChange, projectLife, refChange, refChanges } from './fact.ts'
import type { Shapes } from './shapes.generated.ts'

/** How long a topic keeps its records: what happened to projects and people for ever, daily work for months, pipelines for days. */
export type Retention = 'history' | 'activity' | 'pipelines'

interface EventDefinition<S extends keyof Shapes> {
  /** File in schemas/events. Its required fields are what a hook must bring to be this event. */
  schema: S
  retention: Retention
  /** What makes two deliveries one fact; null where only the delivery itself can say. */
  fact: ((record: Shapes[S]) => Fact) | null
  /** When it happened, in milliseconds since 1970, or null where GitLab does not say. */
  occurredAt: (record: Shapes[S]) => number | null
  /** GitLab's page of the event. */
  doc: string
}

const event = <S extends keyof Shapes>(definition: EventDefinition<S>): EventDefinition<S> => definition

const webhook = (anchor: string) => `https://docs.gitlab.com/user/project/integrations/webhook_events/#${anchor}`
const systemHook = (anchor: string) => `https://docs.gitlab.com/administration/system_hooks/#${anchor}`
const never = () => null

/** Every event, one line each. `unknown` holds what we have no schema for, `quarantine` what we could not read. */
// biome-ignore format: a table
export const catalogue = {
  push:              event({ schema: 'push',              retention: 'activity', fact: refChange,          occurredAt: never,                                             doc: webhook('push-events') }),
  tag_push:          event({ schema: 'push',              retention: 'activity', fact: refChange,          occurredAt: never,                                             doc: webhook('tag-events') }),
  repository_update: event({ schema: 'repository_update', retention: 'activity', fact: refChanges,         occurredAt: never,                                             doc: systemHook('repository-update-events') }),
  merge_request:     event({ schema: 'merge_request',     retention: 'activity', fact: mergeRequestChange, occurredAt: ({ object_attributes: mr }) => mr.actioned_at ?? mr.updated_at, doc: webhook('merge-request-events') }),
  project_create:    event({ schema: 'project_lifecycle', retention: 'history',  fact: projectLife,        occurredAt: ({ created_at }) => created_at,                    doc: systemHook('project-created') }),
  project_destroy:   event({ schema: 'project_lifecycle', retention: 'history',  fact: projectLife,        occurredAt: ({ updated_at }) => updated_at,                    doc: systemHook('project-destroyed') }),
  project_rename:    event({ schema: 'project_lifecycle', retention: 'history',  fact: projectChange,      occurredAt: ({ updated_at }) => updated_at,                    doc: systemHook('project-renamed') }),
  project_transfer:  event({ schema: 'project_lifecycle', retention: 'history',  fact: projectChange,      occurredAt: ({ updated_at }) => updated_at,                    doc: systemHook('project-transferred') }),
  project_update:    event({ schema: 'project_lifecycle', retention: 'history',  fact: projectChange,      occurredAt: ({ updated_at }) => updated_at,                    doc: systemHook('project-updated') }),
  unknown:           event({ schema: 'unknown',           retention: 'activity', fact: null,               occurredAt: never,                                             doc: webhook('') }),
  quarantine:        event({ schema: 'quarantine',        retention: 'activity', fact: null,               occurredAt: never,                                             doc: webhook('') }),
} as const

export type EventType = keyof typeof catalogue

/** Event type → the type of its records. */
export type Records = { [E in EventType]: Shapes[(typeof catalogue)[E]['schema']] }

/** The record of one of several events; `event_type` tells them apart. */
export type RecordOf<E extends EventType = EventType> = { [T in E]: Records[T] & { event_type: T } }[E]

export const eventTypes = Object.keys(catalogue) as EventType[]

export const isEventType = (name: string): name is EventType => Object.hasOwn(catalogue, name)
