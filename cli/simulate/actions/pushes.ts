import type { Commit, Person, Project, World } from '../company/world.ts'
import type { SimulatedHook } from '../hooks/hook.ts'
import { pipelineHook } from '../hooks/pipeline.ts'
import { type MovedRef, pushHooks } from '../hooks/push.ts'
import type { Action } from './action.ts'
import { branchOf, chooseProject, choosePusher, makeCommit, makeTitle } from './choose.ts'
import { startPipeline } from './pipelines.ts'

/** Moves a branch to the last of the commits. */
export const moveBranch = (project: Project, branch: string, commits: readonly Commit[]): MovedRef => {
  const before = project.branches.get(branch)?.sha ?? null
  const last = commits.at(-1)
  if (last !== undefined) project.branches.set(branch, last)
  return { ref: `refs/heads/${branch}`, before, after: last?.sha ?? before, commits }
}

export const deleteBranch = (project: Project, branch: string): MovedRef => {
  const before = project.branches.get(branch)?.sha ?? null
  project.branches.delete(branch)
  return { ref: `refs/heads/${branch}`, before, after: null, commits: [] }
}

const commitsBy = (world: World, person: Person, most: number): Commit[] =>
  Array.from({ length: world.random.between(1, most) }, () => makeCommit(world, person, makeTitle(world)))

/** Somebody pushes to main, and a pipeline starts. */
export const pushToMain: Action = (world) => {
  const project = chooseProject(world)
  const person = project && choosePusher(world, project)
  if (project === undefined || person === undefined) return []
  const commits = commitsBy(world, person, 3)
  const hooks = pushHooks(project, person, [moveBranch(project, 'main', commits)])
  return [...hooks, ...pipelineFor(world, project, person, 'main')]
}

/** With so many branches, somebody deletes before somebody adds. */
const mostBranches = 40

/** Somebody pushes a new branch, which has no merge request yet. */
export const pushBranch: Action = (world) => {
  const project = chooseProject(world)
  const person = project && choosePusher(world, project)
  if (project === undefined || person === undefined || project.branches.size >= mostBranches) return []
  const branch = branchOf(world, makeTitle(world))
  return pushHooks(project, person, [moveBranch(project, branch, commitsBy(world, person, 4))])
}

/** Five branches at once: GitLab then sends no push hook, and only `repository_update` tells about them. */
export const pushManyBranches: Action = (world) => {
  const project = chooseProject(world)
  const person = project && choosePusher(world, project)
  if (project === undefined || person === undefined || project.branches.size >= mostBranches) return []
  const commits = commitsBy(world, person, 1)
  const refs = Array.from({ length: 5 }, () => moveBranch(project, `mirror-${world.random.hex(4)}`, commits))
  return pushHooks(project, person, refs)
}

/** Branches of mirrors and forgotten work are deleted, three at most. */
export const deleteBranches: Action = (world) => {
  const project = chooseProject(world)
  const person = project && choosePusher(world, project)
  if (project === undefined || person === undefined) return []
  const inUse = new Set(project.mergeRequests.map(({ branch }) => branch))
  const names = [...project.branches.keys()].filter((name) => name !== 'main' && !inUse.has(name))
  if (names.length === 0) return []
  const refs = names.slice(0, 3).map((name) => deleteBranch(project, name))
  return pushHooks(project, person, refs)
}

export const pushTag: Action = (world) => {
  const project = chooseProject(world)
  const person = project && choosePusher(world, project)
  const head = project?.branches.get('main')
  if (project === undefined || person === undefined || head === undefined) return []
  const tag = `v1.${project.counts.tags++}.0`
  const moved = { ref: `refs/tags/${tag}`, before: null, after: head.sha, commits: [] }
  return pushHooks(project, person, [{ ...moved, message: `Release ${tag}` }])
}

/** Starts a pipeline for the head of a branch. */
export const pipelineFor = (world: World, project: Project, person: Person, ref: string): SimulatedHook[] => {
  const commit = project.branches.get(ref)
  const mergeRequest = project.mergeRequests.find(({ branch, state }) => branch === ref && state === 'opened')
  if (commit === undefined) return []
  return [
    pipelineHook(startPipeline(world, { project, person, ref, commit, mergeRequest: mergeRequest ?? null })),
  ]
}
