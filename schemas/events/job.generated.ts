// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'
import type { Environment } from '../parts/environment.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { Runner } from '../parts/runner.generated.ts'
import type { SourcePipeline } from '../parts/source_pipeline.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** The status of a CI job changed. GitLab's object_kind for this event is build. GitLab sends nothing for jobs that only trigger another pipeline. */
export interface Job {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: build. */
  object_kind: string | null
  /** Short name of the branch or tag. */
  ref: string | null
  /** True if ref is a tag. */
  tag: boolean | null
  /** SHA that the ref pointed to before. It is 40 (or 64) zeros if there was none. */
  before_sha: string | null
  /** SHA of the commit that the job runs for. */
  sha: string | null
  /** How often the job was retried. Available since GitLab 15.6. */
  retries_count: number | null
  /** Id of the job, unique in the GitLab instance. It can be greater than 2^31. Required: a hook without it is quarantined. */
  build_id: number
  /** Name of the job. */
  build_name: string | null
  /** Name of the stage of the job. */
  build_stage: string | null
  /** Status of the job: created, waiting_for_resource, preparing, pending, running, success, failed, canceled, canceling, skipped, manual or scheduled. Required: a hook without it is quarantined. */
  build_status: string
  /** Time when the job was created. */
  build_created_at: number | null
  /** Time when the job started. */
  build_started_at: number | null
  /** Time when the job finished. */
  build_finished_at: number | null
  /** Run time of the job, in seconds. */
  build_duration: number | null
  /** Waiting time of the job before it ran, in seconds. */
  build_queued_duration: number | null
  /** True if the pipeline can continue after the job fails. */
  build_allow_failure: boolean | null
  /** Reason why the job failed, e.g. script_failure. GitLab sends unknown_failure if the job did not fail. */
  build_failure_reason: string | null
  /** Id of the pipeline that the job belongs to. */
  pipeline_id: number | null
  /** The runner that took the job. */
  runner: Runner | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** Full display name of the project, e.g. Group / Project. This is not a path. */
  project_name: string | null
  /** The project. Only newer GitLab versions send it. */
  project: Project | null
  /** User who started the job. */
  user: User | null
  /** The pipeline of the job, and the commit that the job runs for. */
  commit: JobCommit | null
  /** The environment that the job deploys to. */
  environment: Environment | null
  /** The pipeline that started the pipeline of the job. Null if no other pipeline started it. */
  source_pipeline: SourcePipeline | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** The pipeline of a job and the commit that the job runs for. Unlike in other events, id is the id of the pipeline, and the SHA of the commit is in sha. */
export interface JobCommit {
  /** Id of the pipeline. */
  id: number | null
  /** Name of the pipeline. Available since GitLab 15.8. */
  name: string | null
  /** SHA of the commit. */
  sha: string | null
  /** Message of the commit. */
  message: string | null
  /** Name of the author of the commit. */
  author_name: string | null
  /** E-mail address of the author. Null if GitLab leaves it empty or writes [REDACTED]. */
  author_email: string | null
  /** URL of the author. It can start with mailto:. */
  author_url: string | null
  /** Status of the pipeline. */
  status: string | null
  /** Run time of the pipeline, in seconds. */
  duration: number | null
  /** Time when the pipeline started. */
  started_at: number | null
  /** Time when the pipeline finished. */
  finished_at: number | null
}
