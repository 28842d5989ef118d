import type { Pipeline, World } from '../company/world.ts'
import { jobHook } from '../hooks/job.ts'
import { pipelineHook } from '../hooks/pipeline.ts'
import type { Action } from './action.ts'
import { remove } from './choose.ts'

type NewPipeline = Pick<Pipeline, 'project' | 'person' | 'ref' | 'commit' | 'mergeRequest'>

export const startPipeline = (world: World, given: NewPipeline): Pipeline => {
  const pipeline: Pipeline = {
    ...given,
    id: world.nextId('pipeline'),
    iid: ++given.project.counts.pipelines,
    status: 'pending',
    createdAt: world.now,
    startedAt: null,
    finishedAt: null,
    jobIds: [world.nextId('job'), world.nextId('job')],
  }
  given.project.pipelines.push(pipeline)
  return pipeline
}

/** The oldest pipeline runs, or ends. One in five fails. */
export const advancePipeline: Action = (world) => {
  const unfinished = world.projects.flatMap(({ pipelines }) => pipelines)
  const pipeline = unfinished.reduce<Pipeline | undefined>(
    (oldest, each) => (oldest === undefined || each.createdAt < oldest.createdAt ? each : oldest),
    undefined,
  )
  if (pipeline === undefined) return []
  if (pipeline.status === 'pending') {
    Object.assign(pipeline, { status: 'running', startedAt: world.now })
    return [pipelineHook(pipeline), jobHook(pipeline, 0)]
  }
  const status = world.random.chance(0.2) ? 'failed' : 'success'
  Object.assign(pipeline, { status, finishedAt: world.now })
  remove(pipeline.project.pipelines, pipeline)
  return [jobHook(pipeline, 0), jobHook(pipeline, 1), pipelineHook(pipeline)]
}
