import type { Pipeline } from '../company/world.ts'
import { type SimulatedHook, webhook } from './hook.ts'
import { urlOfRequest } from './merge-request.ts'
import { briefProjectPart, commitPart, noSha, userPart, webUrlOf } from './parts.ts'
import { isoTime, railsTime } from './times.ts'

export const jobNames = ['compile', 'unit-tests'] as const
export const stages = ['build', 'test'] as const

/** Seconds between two times; null until both are known. */
export const secondsBetween = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : Math.max(0, (to - from) / 1000)

export const runner = {
  id: 7,
  description: 'quay-runner-1',
  runner_type: 'group_type',
  active: true,
  is_shared: false,
  tags: ['linux'],
} as const

export const pipelineHook = (pipeline: Pipeline): SimulatedHook => {
  const { project, person, commit, mergeRequest, createdAt, startedAt, finishedAt } = pipeline
  return webhook('Pipeline', {
    object_kind: 'pipeline',
    object_attributes: {
      id: pipeline.id,
      iid: pipeline.iid,
      name: null,
      ref: pipeline.ref,
      tag: false,
      sha: commit.sha,
      before_sha: noSha,
      source: mergeRequest === null ? 'push' : 'merge_request_event',
      status: pipeline.status,
      detailed_status: pipeline.status === 'success' ? 'passed' : pipeline.status,
      stages: [...stages],
      created_at: isoTime(createdAt),
      finished_at: finishedAt === null ? null : isoTime(finishedAt),
      duration: secondsBetween(startedAt, finishedAt),
      queued_duration: secondsBetween(createdAt, startedAt),
      protected_ref: pipeline.ref === 'main',
      default_branch: pipeline.ref === 'main',
      variables: [],
      url: `${webUrlOf(project)}/-/pipelines/${pipeline.id}`,
    },
    merge_request: mergeRequestOf(pipeline),
    user: userPart(person),
    project: briefProjectPart(project),
    commit: commitPart(project, commit),
    builds: jobNames.map((_, index) => buildOf(pipeline, index as 0 | 1)),
  })
}

const mergeRequestOf = ({ mergeRequest: request, project }: Pipeline) =>
  request === null
    ? null
    : {
        id: request.id,
        iid: request.iid,
        title: request.title,
        source_branch: request.branch,
        source_project_id: project.id,
        target_branch: 'main',
        target_project_id: project.id,
        state: request.state,
        merge_status: 'can_be_merged',
        detailed_merge_status: 'ci_still_running',
        url: urlOfRequest(request),
      }

/** The state of one of the two jobs: the first one never fails. */
export const jobStatusOf = ({ status }: Pipeline, index: 0 | 1): Pipeline['status'] => {
  if (index === 1 || status === 'pending') return status
  return status === 'running' ? 'running' : 'success'
}

const buildOf = (pipeline: Pipeline, index: 0 | 1) => {
  const status = jobStatusOf(pipeline, index)
  const { createdAt, startedAt, finishedAt, person } = pipeline
  const time = (at: number | null) => (at === null ? null : railsTime(at))
  return {
    id: pipeline.jobIds[index],
    stage: stages[index],
    name: jobNames[index],
    status,
    created_at: railsTime(createdAt),
    started_at: time(startedAt),
    finished_at: time(finishedAt),
    duration: secondsBetween(startedAt, finishedAt),
    queued_duration: secondsBetween(createdAt, startedAt),
    failure_reason: status === 'failed' ? 'script_failure' : null,
    when: 'on_success',
    manual: false,
    allow_failure: false,
    user: userPart(person),
    runner: startedAt === null ? null : runner,
    artifacts_file: { filename: null, size: null },
    environment: null,
  }
}
