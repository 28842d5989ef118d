// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from '../parts/commit.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Environment } from '../parts/environment.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { Runner } from '../parts/runner.generated.ts'
import type { SourcePipeline } from '../parts/source_pipeline.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** The status of a pipeline changed. */
export interface Pipeline {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: pipeline. */
  object_kind: string | null
  /** User who started the pipeline. */
  user: User | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** The project. */
  project: Project | null
  /** The pipeline. Required: a hook without it is quarantined. */
  object_attributes: PipelineAttributes
  /** The merge request that the pipeline runs for. Null if there is none. */
  merge_request: PipelineMergeRequest | null
  /** The commit that the pipeline runs for. */
  commit: Commit | null
  /** The pipeline that started this pipeline. Null if no other pipeline started it. */
  source_pipeline: SourcePipeline | null
  /** Jobs of the pipeline. If a job was retried, the list has only its newest attempt. */
  builds: PipelineBuild[]
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** A variable that was set when the pipeline was started. */
export interface PipelineVariable {
  /** Name of the variable. */
  key: string | null
  /** Value of the variable. */
  value: string | null
}

/** The pipeline. */
export interface PipelineAttributes {
  /** Id of the pipeline, unique in the GitLab instance. Required: a hook without it is quarantined. */
  id: number
  /** Number of the pipeline in its project. */
  iid: number | null
  /** Name of the pipeline. Available since GitLab 16.1. */
  name: string | null
  /** Short name of the branch or tag. */
  ref: string | null
  /** True if ref is a tag. */
  tag: boolean | null
  /** SHA of the commit that the pipeline runs for. */
  sha: string | null
  /** SHA that the ref pointed to before. It is 40 (or 64) zeros if there was none. */
  before_sha: string | null
  /** What started the pipeline: push, web, schedule, api, merge_request_event, trigger, pipeline, parent_pipeline, external and others. */
  source: string | null
  /** Status of the pipeline: created, waiting_for_resource, preparing, pending, running, success, failed, canceled, canceling, skipped, manual or scheduled. Required: a hook without it is quarantined. */
  status: string
  /** Status as the web interface shows it, e.g. passed, or passed with warnings. */
  detailed_status: string | null
  /** Names of the stages of the pipeline, in order. */
  stages: string[]
  /** Time when the pipeline was created. */
  created_at: number | null
  /** Time when the pipeline finished. */
  finished_at: number | null
  /** Run time of the pipeline, in seconds. */
  duration: number | null
  /** Waiting time of the pipeline before it ran, in seconds. */
  queued_duration: number | null
  /** True if the ref is protected. */
  protected_ref: boolean | null
  /** True if the pipeline ran on the default branch. */
  default_branch: boolean | null
  /** Variables that were set when the pipeline was started. */
  variables: PipelineVariable[]
  /** URL of the pipeline in the web interface. */
  url: string | null
}

/** The merge request that a pipeline runs for. */
export interface PipelineMergeRequest {
  /** Id of the merge request. */
  id: number | null
  /** Number of the merge request in its project. */
  iid: number | null
  /** Title of the merge request. */
  title: string | null
  /** Name of the branch that is to be merged. */
  source_branch: string | null
  /** Id of the project of the source branch. Null if the fork was deleted. */
  source_project_id: number | null
  /** Name of the branch that the source branch is to be merged into. */
  target_branch: string | null
  /** Id of the project of the target branch. */
  target_project_id: number | null
  /** State of the merge request: opened, closed, merged or locked. */
  state: string | null
  /** Whether the merge request can be merged, as an old status value, e.g. can_be_merged. The field detailed_merge_status is more exact. */
  merge_status: string | null
  /** Whether the merge request can be merged, and if not, why not. Example: mergeable. */
  detailed_merge_status: string | null
  /** URL of the merge request in the web interface. */
  url: string | null
}

/** The archive of the artifacts of a job. */
export interface ArtifactsFile {
  /** Name of the archive file. */
  filename: string | null
  /** Size of the archive file, in bytes. */
  size: number | null
}

/** A job of the pipeline. */
export interface PipelineBuild {
  /** Id of the job. It can be greater than 2^31. */
  id: number | null
  /** Name of the stage of the job. */
  stage: string | null
  /** Name of the job. */
  name: string | null
  /** Status of the job: created, pending, running, success, failed, canceled, skipped, manual and others. */
  status: string | null
  /** Time when the job was created. */
  created_at: number | null
  /** Time when the job started. */
  started_at: number | null
  /** Time when the job finished. */
  finished_at: number | null
  /** Run time of the job, in seconds. */
  duration: number | null
  /** Waiting time of the job before it ran, in seconds. */
  queued_duration: number | null
  /** Reason why the job failed, e.g. script_failure. */
  failure_reason: string | null
  /** Condition for running the job: on_success, on_failure, always, manual or delayed. */
  when: string | null
  /** True if a person must start the job. */
  manual: boolean | null
  /** True if the pipeline can continue after the job fails. */
  allow_failure: boolean | null
  /** User who started the job. */
  user: User | null
  /** The runner that took the job. */
  runner: Runner | null
  /** The archive of the artifacts of the job. */
  artifacts_file: ArtifactsFile | null
  /** The environment that the job deploys to. */
  environment: Environment | null
}
