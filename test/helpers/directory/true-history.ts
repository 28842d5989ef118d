import type { Holder, HolderKind } from '../../../consumers/project-directory/model/holder.ts'
import type { Observation } from '../../../consumers/project-directory/observe/observation.ts'
import { pathFact, seenFact } from '../../../consumers/project-directory/observe/path-facts.ts'

/** What GitLab itself knows, in a small world. */
export interface TrueWorld {
  groups: Map<number, { path: string; isDestroyed: boolean }>
  users: Map<number, { path: string; isDestroyed: boolean }>
  projects: Map<number, { path: string; isDestroyed: boolean; branches: Map<string, string | null> }>
  members: Map<string, string | null>
}

/** One thing that happens. The numbers choose what it concerns. */
export interface Step {
  action: (typeof actions)[number]
  one: number
  two: number
}

export const actions = [
  ...(['createGroup', 'createSubgroup', 'renameGroup', 'destroyGroup', 'createUser', 'renameUser'] as const),
  ...(['createProject', 'createPersonal', 'renameProject', 'transferProject', 'destroyProject'] as const),
  ...([
    'scheduleDeletion',
    'push',
    'push',
    'pushToNew',
    'deleteBranch',
    'addMember',
    'updateMember',
  ] as const),
  'removeMember',
] as const

/**
 * Plays a history in its true order.
 *
 * @returns what is true at its end, and what its hooks say, one list for each hook. Every event has a second
 *   of its own, and every path and commit is used once
 */
export const playHistory = (
  steps: readonly Step[],
  realm = 1,
): { world: TrueWorld; hooks: Observation[][] } => {
  const world: TrueWorld = { groups: new Map(), users: new Map(), projects: new Map(), members: new Map() }
  const hooks: Observation[][] = []
  for (const [at, step] of steps.entries())
    hooks.push(
      ...play(world, step, 1_000_000 + 1000 * at, at + 1).map((hook) =>
        hook.map((each) => inRealm(each, realm)),
      ),
    )
  return { world, hooks }
}

const holderOf = (kind: HolderKind, id: number): Holder => ({ realm: 1, kind, id })

const told = (kind: HolderKind, id: number, fact: Parameters<typeof pathFact>[0]): Observation[] => [
  { about: 'path', holder: holderOf(kind, id), fact: pathFact(fact) },
]

const pick = <T extends { isDestroyed: boolean }>(all: Map<number, T>, number: number) => {
  const alive = [...all].filter(([, { isDestroyed }]) => !isDestroyed)
  return alive[number % Math.max(alive.length, 1)]
}

const play = (world: TrueWorld, { action, one, two }: Step, at: number, id: number): Observation[][] => {
  const { groups, users, projects, members } = world
  const group = pick(groups, one)
  const user = pick(users, one)
  const project = pick(projects, one)
  const times = { at, lastAt: at }
  const rename = (old: string, path: string) => {
    for (const each of [...groups.values(), ...projects.values()])
      if (each.path.startsWith(`${old}/`)) each.path = path + each.path.slice(old.length)
  }
  /** Some paths are used again after they became free. */
  const freePath = (parent: string, word: string) => {
    const path = `${parent}${word}${two % 3}`
    const taken = [...groups.values(), ...users.values(), ...projects.values()]
    return taken.some((each) => !each.isDestroyed && each.path === path) ? `${parent}${word}-${id}` : path
  }
  switch (action) {
    case 'createGroup':
    case 'createSubgroup': {
      if (action === 'createSubgroup' && group === undefined) return []
      const path = freePath(action === 'createGroup' ? '' : `${group?.[1].path}/`, 'g')
      groups.set(id, { path, isDestroyed: false })
      return [told('group', id, { verb: 'create', ...times, path })]
    }
    case 'renameGroup': {
      if (group === undefined) return []
      const [groupId, known] = group
      const oldPath = known.path
      const path = freePath(oldPath.replace(/[^/]+$/, ''), 'r')
      known.path = path
      rename(oldPath, path)
      return [told('group', groupId, { verb: 'move', ...times, path, oldPath })]
    }
    case 'destroyGroup': {
      if (group === undefined) return []
      const [groupId, known] = group
      known.isDestroyed = true
      for (const each of [...groups.values(), ...projects.values()])
        if (each.path.startsWith(`${known.path}/`)) each.isDestroyed = true
      return [told('group', groupId, { verb: 'destroy', at: at - 500, lastAt: at, path: known.path })]
    }
    case 'createUser': {
      const path = freePath('', 'u')
      users.set(id, { path, isDestroyed: false })
      return [told('user', id, { verb: 'create', ...times, path })]
    }
    case 'renameUser': {
      if (user === undefined) return []
      const [userId, known] = user
      const [oldPath, path] = [known.path, freePath('', 'v')]
      known.path = path
      rename(oldPath, path)
      return [told('user', userId, { verb: 'move', ...times, path, oldPath })]
    }
    case 'createProject':
    case 'createPersonal': {
      const owner = action === 'createProject' ? group : user
      if (owner === undefined) return []
      const path = freePath(`${owner[1].path}/`, 'p')
      projects.set(id, { path, isDestroyed: false, branches: new Map() })
      return [told('project', id, { verb: 'create', ...times, path })]
    }
    case 'renameProject':
    case 'transferProject': {
      const target = pick(groups, two)
      if (project === undefined || (action === 'transferProject' && target === undefined)) return []
      const oldPath = project[1].path
      const parent = action === 'renameProject' ? oldPath.replace(/[^/]+$/, '') : `${target?.[1].path}/`
      const path = freePath(parent, 'q')
      project[1].path = path
      return [told('project', project[0], { verb: 'move', ...times, path, oldPath })]
    }
    case 'scheduleDeletion': {
      if (project === undefined) return []
      const oldPath = project[1].path
      const path = `${oldPath.replace(/-deletion.*/, '')}-deletion_scheduled-${project[0]}`
      if (path === oldPath) return []
      project[1].path = path
      return [told('project', project[0], { verb: 'move', ...times, path, oldPath })]
    }
    case 'destroyProject': {
      if (project === undefined) return []
      project[1].isDestroyed = true
      return [
        told('project', project[0], { verb: 'destroy', at: at - 500, lastAt: at, path: project[1].path }),
      ]
    }
    case 'push':
    case 'pushToNew':
    case 'deleteBranch': {
      if (project === undefined) return []
      const [projectId, { path, branches }] = project
      const name = `refs/heads/b${action === 'pushToNew' ? id : two % 3}`
      const before = branches.get(name) ?? null
      if (action === 'deleteBranch' && before === null) return []
      const after = action === 'deleteBranch' ? null : `sha${id}`
      branches.set(name, after)
      const move = {
        before: before ?? '0'.repeat(40),
        after: after ?? '0'.repeat(40),
        at,
        userId: 7,
        userName: null,
      }
      const seen: Observation = {
        about: 'path',
        holder: holderOf('project', projectId),
        fact: seenFact(at, { path }),
      }
      // The same push arrives by two hooks, and once more by a resend.
      return ['push', 'repository_update', 'push'].map((event) => [
        seen,
        {
          about: 'ref',
          ref: { realm: 1, projectId, name },
          move: { ...move, stream: `default ${event}`, deliveryId: `${id} ${event}` },
        },
      ])
    }
    case 'addMember':
    case 'updateMember':
    case 'removeMember': {
      const container = two % 2 === 0 ? group : project
      if (container === undefined) return []
      const holder = holderOf(two % 2 === 0 ? 'group' : 'project', container[0])
      const key = `${holder.kind} ${holder.id}`
      const current = members.get(key)
      if ((action === 'addMember') === Boolean(current)) return []
      const access = action === 'removeMember' ? null : `level ${id}`
      const [createdAt, updatedAt] = memberTimes(world, key, action, at)
      members.set(key, access)
      const verb = action === 'addMember' ? 'added' : action === 'updateMember' ? 'updated' : 'removed'
      const report = {
        container: holder,
        userId: 9,
        verb,
        access,
        createdAt,
        updatedAt,
        receivedAt: at,
      } as const
      return [[{ about: 'member', report }]]
    }
  }
}

const rows = new WeakMap<TrueWorld, Map<string, { createdAt: number; updatedAt: number }>>()

/** A removal carries the times of the membership as it was. */
const memberTimes = (world: TrueWorld, key: string, action: string, at: number): [number, number] => {
  const known = rows.get(world) ?? new Map()
  rows.set(world, known)
  const before = known.get(key)
  if (action === 'addMember' || before === undefined) known.set(key, { createdAt: at, updatedAt: at })
  else if (action === 'updateMember') known.set(key, { ...before, updatedAt: at })
  const { createdAt = at, updatedAt = at } = known.get(key) ?? {}
  return [createdAt, updatedAt]
}

const inRealm = (observation: Observation, realm: number): Observation => {
  switch (observation.about) {
    case 'path':
      return { ...observation, holder: { ...observation.holder, realm } }
    case 'ref':
      return { ...observation, ref: { ...observation.ref, realm } }
    case 'member': {
      const { report } = observation
      return { ...observation, report: { ...report, container: { ...report.container, realm } } }
    }
  }
}
