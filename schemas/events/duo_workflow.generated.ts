// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A GitLab Duo flow started, completed or failed. This is an experiment of GitLab, available since 19.4 behind a feature flag. GitLab retries these hooks, and each retry has the same event_id. */
export interface DuoWorkflow {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: duo_workflow. */
  object_kind: string | null
  /** Version of the format of the body. */
  version: string | null
  /** What happened: flow.completed, flow.failed and others. Required: a hook without it is quarantined. */
  event: string
  /** UUID of the event. It is the same in every retry. Required: a hook without it is quarantined. */
  event_id: string
  /** Reference that the caller gave when starting the flow, to recognise the flow later. At most 255 characters. */
  client_reference: string | null
  /** Result of the flow. Only set for completed flows. */
  result: DuoWorkflowResult | null
  /** The reason why the flow failed. Only set for failed flows. */
  error: DuoWorkflowError | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** The project. Null if the flow has no project. */
  project: Project | null
  /** User for whom the flow runs. */
  user: User | null
  /** The GitLab Duo flow. */
  workflow: DuoWorkflowSession | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** Result of a flow. */
export interface DuoWorkflowResult {
  /** Last message of the flow. */
  message: string | null
}

/** The reason why a flow failed. */
export interface DuoWorkflowError {
  /** Reason of the failure, e.g. flow_failed. */
  reason: string | null
}

/** A GitLab Duo flow. */
export interface DuoWorkflowSession {
  /** Id of the flow. */
  id: number | null
  /** Status of the flow, e.g. finished or failed. */
  status: string | null
  /** URL of the flow in the web interface. */
  web_url: string | null
}
