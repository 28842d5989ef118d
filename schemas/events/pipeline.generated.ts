// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Commit } from '../parts/commit.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'
import type { Environment } from '../parts/environment.generated.ts'
import type { Project } from '../parts/project.generated.ts'
import type { Runner } from '../parts/runner.generated.ts'
import type { SourcePipeline } from '../parts/source_pipeline.generated.ts'
import type { User } from '../parts/user.generated.ts'

/** A pipeline changed its status. */
export interface Pipeline {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: pipeline. */
  object_kind: string | null
  /** User who started it. */
  user: User | null
  /** Id of the project the event belongs to; null where GitLab names none. Also the key of the record. */
  project_id: number | null
  /** The project. */
  project: Project | null
  /** The pipeline. Identity. */
  object_attributes: PipelineAttributes
  /** The merge request it runs for; null when there is none. */
  merge_request: PipelineMergeRequest | null
  /** The commit it runs for. */
  commit: Commit | null
  /** The pipeline that started it, if one did. */
  source_pipeline: SourcePipeline | null
  /** Its jobs; of a job that was retried only the newest. */
  builds: PipelineBuild[]
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** A variable the pipeline was started with. */
export interface PipelineVariable {
  /** Name. */
  key: string | null
  /** Value. */
  value: string | null
}

/** The pipeline. */
export interface PipelineAttributes {
  /** Pipeline id, unique in the instance. Identity: without it the hook is quarantined. */
  id: number
  /** Number within the project. */
  iid: number | null
  /** Name. Since GitLab 16.1. */
  name: string | null
  /** Branch or tag, short name. */
  ref: string | null
  /** Whether ref is a tag. */
  tag: boolean | null
  /** SHA of the commit it runs for. */
  sha: string | null
  /** SHA the ref pointed at before; 40 (or 64) zeros when there was none. */
  before_sha: string | null
  /** What started it: push, web, schedule, api, merge_request_event, trigger, pipeline, parent_pipeline, external and others. */
  source: string | null
  /** created, waiting_for_resource, preparing, pending, running, success, failed, canceled, canceling, skipped, manual, scheduled. Identity. */
  status: string
  /** Status as the web interface words it, e.g. passed, or passed with warnings. */
  detailed_status: string | null
  /** Names of its stages in order. */
  stages: string[]
  /** When it was created. */
  created_at: number | null
  /** When it finished. */
  finished_at: number | null
  /** Time it ran, seconds. */
  duration: number | null
  /** Time it waited, seconds. */
  queued_duration: number | null
  /** Whether the ref is protected. */
  protected_ref: boolean | null
  /** Whether it ran on the default branch. */
  default_branch: boolean | null
  /** Variables it was started with. */
  variables: PipelineVariable[]
  /** Address of the pipeline in the web interface. */
  url: string | null
}

/** The merge request a pipeline runs for. */
export interface PipelineMergeRequest {
  /** Merge request id. */
  id: number | null
  /** Number within the project. */
  iid: number | null
  /** Title. */
  title: string | null
  /** Branch that is to be merged. */
  source_branch: string | null
  /** Project of the source branch; null when the fork is gone. */
  source_project_id: number | null
  /** Branch it is to be merged into. */
  target_branch: string | null
  /** Project of the target branch. */
  target_project_id: number | null
  /** opened, closed, merged or locked. */
  state: string | null
  /** Whether it can be merged, in the old words, e.g. can_be_merged; detailed_merge_status says it better. */
  merge_status: string | null
  /** Whether it can be merged and what stands in the way, e.g. mergeable. */
  detailed_merge_status: string | null
  /** Address of the merge request in the web interface. */
  url: string | null
}

/** The archive of what a job kept. */
export interface ArtifactsFile {
  /** Name of the file. */
  filename: string | null
  /** Size, bytes. */
  size: number | null
}

/** A job of the pipeline. */
export interface PipelineBuild {
  /** Job id; passes 2^31. */
  id: number | null
  /** Name of its stage. */
  stage: string | null
  /** Name. */
  name: string | null
  /** created, pending, running, success, failed, canceled, skipped, manual and others. */
  status: string | null
  /** When it was created. */
  created_at: number | null
  /** When it started. */
  started_at: number | null
  /** When it finished. */
  finished_at: number | null
  /** Time it ran, seconds. */
  duration: number | null
  /** Time it waited, seconds. */
  queued_duration: number | null
  /** Why it failed, e.g. script_failure. */
  failure_reason: string | null
  /** When it runs: on_success, on_failure, always, manual, delayed. */
  when: string | null
  /** Whether a person has to start it. */
  manual: boolean | null
  /** Whether the pipeline may go on when it fails. */
  allow_failure: boolean | null
  /** User who started it. */
  user: User | null
  /** Runner that took it. */
  runner: Runner | null
  /** What it kept. */
  artifacts_file: ArtifactsFile | null
  /** Environment it deploys to. */
  environment: Environment | null
}
