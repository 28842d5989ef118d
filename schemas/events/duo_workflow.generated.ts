// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A GitLab Duo flow started, completed or failed. Experiment, since GitLab 19.4 behind a flag. GitLab retries these hooks and repeats event_id. */
export interface DuoWorkflow {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: duo_workflow. */
  object_kind: string | null
  /** Version of the body's form. */
  version: string | null
  /** What happened: flow.completed, flow.failed and others. Identity: without it the hook is quarantined. */
  event: string
  /** UUID of the event, the same on every retry. Identity. */
  event_id: string
  /** What the one who started the flow gave to recognise it by, at most 255 characters. */
  client_reference: string | null
  /** What the flow brought; completed flows only. */
  result: DuoWorkflowResult | null
  /** Why the flow failed; failed flows only. */
  error: DuoWorkflowError | null
  /** Id of the project the event belongs to; null where GitLab names none. Also the key of the record. */
  project_id: number | null
  /** The project; null for a flow without one. */
  project: Project | null
  /** User the flow runs for. */
  user: User | null
  /** The flow. */
  workflow: DuoWorkflowSession | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** What a flow brought. */
export interface DuoWorkflowResult {
  /** Last message of the flow. */
  message: string | null
}

/** Why a flow failed. */
export interface DuoWorkflowError {
  /** Reason, e.g. flow_failed. */
  reason: string | null
}

/** The flow. */
export interface DuoWorkflowSession {
  /** Id of the flow. */
  id: number | null
  /** Where it stands, e.g. finished, failed. */
  status: string | null
  /** Address in the web interface. */
  web_url: string | null
}
