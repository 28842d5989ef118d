import type { Pipeline } from '../company/world.ts'
import { type SimulatedHook, webhook } from './hook.ts'
import { briefProjectPart, emailOf, fullRepositoryPart, noSha, userPart } from './parts.ts'
import { jobNames, jobStatusOf, runner, secondsBetween, stages } from './pipeline.ts'
import { isoTime, secondsTime } from './times.ts'

/** The hook of one of the two jobs of a pipeline, in its state of now. */
export const jobHook = (pipeline: Pipeline, index: 0 | 1): SimulatedHook => {
  const { project, person, commit, createdAt, startedAt, finishedAt } = pipeline
  const status = jobStatusOf(pipeline, index)
  return webhook('Job', {
    object_kind: 'build',
    ref: pipeline.ref,
    tag: false,
    before_sha: noSha,
    sha: commit.sha,
    retries_count: 0,
    build_id: pipeline.jobIds[index],
    build_name: jobNames[index],
    build_stage: stages[index],
    build_status: status,
    ...timesOf('build_created_at', createdAt),
    ...timesOf('build_started_at', startedAt),
    ...timesOf('build_finished_at', finishedAt),
    build_duration: secondsBetween(startedAt, finishedAt),
    build_queued_duration: secondsBetween(createdAt, startedAt),
    build_allow_failure: false,
    build_failure_reason: status === 'failed' ? 'script_failure' : 'unknown_failure',
    pipeline_id: pipeline.id,
    runner: startedAt === null ? null : runner,
    project_id: project.id,
    project_name: `${project.group.name} / ${project.name}`,
    user: userPart(person),
    commit: {
      id: pipeline.id,
      name: null,
      sha: commit.sha,
      message: commit.message,
      author_name: commit.author.name,
      author_email: emailOf(commit.author),
      status: pipeline.status,
      duration: secondsBetween(startedAt, finishedAt),
      ...timesOf('started_at', startedAt),
      ...timesOf('finished_at', finishedAt),
    },
    repository: fullRepositoryPart(project),
    project: briefProjectPart(project),
    environment: null,
  })
}

/** A time twice: with milliseconds, and as `…_iso` without. */
const timesOf = (name: string, at: number | null) => ({
  [name]: at === null ? null : isoTime(at),
  [`${name}_iso`]: at === null ? null : secondsTime(at),
})
