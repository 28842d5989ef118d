import type { Random } from '../random.ts'
import { groups, people, projects } from './names.ts'
import type { AccessLevel, Group, Membership, Person, Project, World } from './world.ts'

/** The ids of each kind begin high enough to look like those of a GitLab in use. */
const firstIds = {
  user: 40,
  group: 300,
  project: 1200,
  mergeRequest: 52_000,
  note: 910_000,
  pipeline: 430_000,
  // GitLab.com's ids of jobs have passed 2^31.
  job: 15_000_000_000,
} as const

type Kind = keyof typeof firstIds

const dayMs = 86_400_000

/** The company before the story begins. Its people, groups and projects are some months old. */
export const createWorld = (random: Random, now: number): World => {
  const last: Record<Kind, number> = { ...firstIds }
  const nextId = (kind: Kind) => {
    last[kind] += kind === 'job' || kind === 'note' ? random.between(1, 40) : 1
    return last[kind]
  }
  const world: World = { random, now, people: [], groups: [], projects: [], nextId }
  // Whole seconds, as GitLab has them in lifecycle events.
  const longAgo = Math.floor((now - 120 * dayMs) / 1000) * 1000
  for (const [name, username] of people) addPerson(world, name, username, longAgo)
  for (const [name, path, parentPath] of groups) {
    const parent = world.groups.find((group) => group.path === parentPath) ?? null
    world.groups.push(newGroup(world, name, path, parent, longAgo))
  }
  world.groups.forEach((group, index) => {
    const [owner, ...others] = world.people.slice(index * 2, index * 2 + 4)
    if (owner !== undefined) addMember(group.members, owner, 'Owner', longAgo)
    for (const person of others) addMember(group.members, person, 'Developer', longAgo)
  })
  for (const [name, path, groupPath, visibility] of projects) {
    const group = world.groups.find((each) => each.path === groupPath)
    if (group !== undefined) addProject(world, { name, path, group, visibilityLevel: visibility }, longAgo)
  }
  return world
}

export const addPerson = (world: World, name: string, username: string, at: number): Person => {
  const person = { id: world.nextId('user'), name, username, createdAt: at }
  world.people.push(person)
  return person
}

const newGroup = (world: World, name: string, path: string, parent: Group | null, at: number): Group => ({
  id: world.nextId('group'),
  name,
  path,
  parent,
  createdAt: at,
  updatedAt: at,
  members: new Map(),
})

export const addGroup = (world: World, name: string, path: string, parent: Group | null): Group => {
  const group = newGroup(world, name, path, parent, world.now)
  world.groups.push(group)
  return group
}

export const addMember = (
  members: Map<number, Membership>,
  person: Person,
  level: AccessLevel,
  at: number,
): Membership => {
  const member = { person, level, createdAt: at, updatedAt: at }
  members.set(person.id, member)
  return member
}

type NewProject = Pick<Project, 'name' | 'path' | 'group' | 'visibilityLevel'>

/** A project with one commit on `main`. */
export const addProject = (world: World, given: NewProject, at: number): Project => {
  const project: Project = {
    ...given,
    id: world.nextId('project'),
    createdAt: at,
    updatedAt: at,
    members: new Map(),
    branches: new Map(),
    mergeRequests: [],
    pipelines: [],
    counts: { tags: 0, mergeRequests: 0, pipelines: 0 },
  }
  const [author] = [...given.group.members.values()]
  if (author !== undefined)
    project.branches.set('main', {
      sha: world.random.hex(40),
      message: 'Initial commit\n',
      at,
      author: author.person,
      added: ['README.md'],
      modified: [],
    })
  world.projects.push(project)
  return project
}
