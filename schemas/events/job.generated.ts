// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Environment } from '../parts/environment.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { Runner } from '../parts/runner.generated.ts'
import type { SourcePipeline } from '../parts/source_pipeline.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A CI job changed its status. GitLab's object_kind is build. Jobs that only trigger another pipeline send nothing. */
export interface Job {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: build. */
  object_kind: string | null
  /** Branch or tag, short name. */
  ref: string | null
  /** Whether ref is a tag. */
  tag: boolean | null
  /** SHA the ref pointed at before; 40 (or 64) zeros when there was none. */
  before_sha: string | null
  /** SHA of the commit it runs for. */
  sha: string | null
  /** How often it was retried. Since GitLab 15.6. */
  retries_count: number | null
  /** Job id, unique in the instance; passes 2^31. Identity: without it the hook is quarantined. */
  build_id: number
  /** Name. */
  build_name: string | null
  /** Name of its stage. */
  build_stage: string | null
  /** created, waiting_for_resource, preparing, pending, running, success, failed, canceled, canceling, skipped, manual, scheduled. Identity. */
  build_status: string
  /** When it was created. */
  build_created_at: number | null
  /** When it started. */
  build_started_at: number | null
  /** When it finished. */
  build_finished_at: number | null
  /** Time it ran, seconds. */
  build_duration: number | null
  /** Time it waited, seconds. */
  build_queued_duration: number | null
  /** Whether the pipeline may go on when it fails. */
  build_allow_failure: boolean | null
  /** Why it failed, e.g. script_failure; unknown_failure where it did not fail. */
  build_failure_reason: string | null
  /** Pipeline it belongs to. */
  pipeline_id: number | null
  /** Runner that took it. */
  runner: Runner | null
  /** Id of the project the event belongs to; null where GitLab names none. Also the key of the record. */
  project_id: number | null
  /** Full display name of the project, e.g. Group / Project; not a path. */
  project_name: string | null
  /** The project. Newer instances only. */
  project: Project | null
  /** User who started it. */
  user: User | null
  /** Pipeline and commit it runs for. */
  commit: JobCommit | null
  /** Environment it deploys to. */
  environment: Environment | null
  /** The pipeline that started its pipeline, if one did. */
  source_pipeline: SourcePipeline | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** The pipeline of a job and the commit it runs for. Unlike elsewhere, id is the pipeline's and the SHA is in sha. */
export interface JobCommit {
  /** Pipeline id. */
  id: number | null
  /** Name of the pipeline. Since GitLab 15.8. */
  name: string | null
  /** SHA of the commit. */
  sha: string | null
  /** Commit message. */
  message: string | null
  /** Author of the commit. */
  author_name: string | null
  /** E-mail address of the author. Null where GitLab leaves it empty or writes [REDACTED]. */
  author_email: string | null
  /** Address of the author; may start with mailto:. */
  author_url: string | null
  /** Status of the pipeline. */
  status: string | null
  /** Time the pipeline ran, seconds. */
  duration: number | null
  /** When the pipeline started. */
  started_at: number | null
  /** When the pipeline finished. */
  finished_at: number | null
}
