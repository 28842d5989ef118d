import { addProject } from '../company/create-world.ts'
import { projectWords } from '../company/names.ts'
import { type Group, type Project, pathOfGroup, pathOfProject, type World } from '../company/world.ts'
import { groupRenameHook, projectHook } from '../hooks/lifecycle.ts'
import { pushHooks } from '../hooks/push.ts'
import type { Action } from './action.ts'
import { chooseProject } from './choose.ts'

/** `Tide Table` and `tide-table`; undefined if the group has that path already. */
const chooseName = ({ random, projects }: World, group: Group) => {
  const path = random.pick(projectWords)
  if (projects.some((project) => project.group === group && project.path === path)) return undefined
  const name = path.split('-').map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
  return { name: name.join(' '), path }
}

const mostProjects = 14

export const createProject: Action = (world) => {
  const group = world.random.pick(world.groups)
  const named = group && chooseName(world, group)
  if (group === undefined || named === undefined || world.projects.length >= mostProjects) return []
  const project = addProject(world, { ...named, group, visibilityLevel: 0 }, world.now)
  const head = project.branches.get('main')
  const hooks = [projectHook('project_create', project)]
  if (head === undefined) return hooks
  const moved = { ref: 'refs/heads/main', before: null, after: head.sha, commits: [head] }
  return [...hooks, ...pushHooks(project, head.author, [moved])]
}

export const renameProject: Action = (world) => {
  const project = chooseProject(world)
  const named = project && chooseName(world, project.group)
  if (project === undefined || named === undefined) return []
  const oldPath = pathOfProject(project)
  Object.assign(project, named, { updatedAt: world.now })
  return [projectHook('project_rename', project, oldPath)]
}

/** A project moves to another group, where nobody has its path. */
export const transferProject: Action = (world) => {
  const project = chooseProject(world)
  if (project === undefined) return []
  const isFree = (group: Group) =>
    !world.projects.some((each) => each.group === group && each.path === project.path)
  const target = world.random.pick(world.groups.filter(isFree))
  if (target === undefined) return []
  const oldPath = pathOfProject(project)
  Object.assign(project, { group: target, updatedAt: world.now })
  return [projectHook('project_transfer', project, oldPath)]
}

const leastProjects = 5

/** A project without open merge requests is deleted. */
export const destroyProject: Action = (world) => {
  const isQuiet = ({ mergeRequests }: Project) => mergeRequests.every(({ state }) => state !== 'opened')
  const project = world.random.pick(world.projects.filter(isQuiet))
  if (project === undefined || world.projects.length <= leastProjects) return []
  world.projects.splice(world.projects.indexOf(project), 1)
  project.updatedAt = world.now
  return [projectHook('project_destroy', project)]
}

/** A group below the first one gets another path, and so do all its projects: GitLab sends one hook. */
export const renameGroup: Action = (world) => {
  const group = world.random.pick(world.groups.filter(({ parent }) => parent !== null))
  if (group === undefined) return []
  const old = { path: group.path, fullPath: pathOfGroup(group) }
  const base = group.path.replace(/-team(-\d+)?$/, '')
  const path = group.path === base ? `${base}-team` : base
  Object.assign(group, { path, updatedAt: world.now })
  return [groupRenameHook(group, old)]
}
