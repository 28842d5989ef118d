import { addMember, addPerson } from '../company/create-world.ts'
import { newcomers } from '../company/names.ts'
import { type AccessLevel, accessLevels, type Membership, type World } from '../company/world.ts'
import type { SimulatedHook } from '../hooks/hook.ts'
import { userCreateHook } from '../hooks/lifecycle.ts'
import { groupMemberHook, type MemberChange, projectMemberHook } from '../hooks/member.ts'
import type { Action } from './action.ts'

/** A group or project, and how its members are told about. */
interface Team {
  members: Map<number, Membership>
  hook(change: MemberChange, member: Membership): SimulatedHook
}

const chooseTeam = ({ random, groups, projects }: World): Team | undefined => {
  if (random.chance(0.5)) {
    const group = random.pick(groups)
    return (
      group && { members: group.members, hook: (change, member) => groupMemberHook(change, group, member) }
    )
  }
  const project = random.pick(projects)
  return (
    project && {
      members: project.members,
      hook: (change, member) => projectMemberHook(change, project, member),
    }
  )
}

const lowerLevels: readonly AccessLevel[] = accessLevels.filter((level) => level !== 'Owner')

/** A new colleague gets an account and joins a group. */
export const join: Action = (world) => {
  const known = new Set(world.people.map(({ username }) => username))
  const next = newcomers.find(([, username]) => !known.has(username))
  const group = world.random.pick(world.groups)
  if (next === undefined || group === undefined) return []
  const person = addPerson(world, next[0], next[1], world.now)
  const member = addMember(group.members, person, 'Developer', world.now)
  return [userCreateHook(person), groupMemberHook('add', group, member)]
}

export const addToTeam: Action = (world) => {
  const team = chooseTeam(world)
  const person = world.random.pick(world.people)
  if (team === undefined || person === undefined || team.members.has(person.id)) return []
  const level = world.random.pick(lowerLevels) ?? 'Developer'
  return [team.hook('add', addMember(team.members, person, level, world.now))]
}

const chooseMember = (world: World, team: Team): Membership | undefined =>
  world.random.pick([...team.members.values()].filter(({ level }) => level !== 'Owner'))

export const changeLevel: Action = (world) => {
  const team = chooseTeam(world)
  const member = team && chooseMember(world, team)
  if (team === undefined || member === undefined) return []
  const level = world.random.pick(lowerLevels.filter((each) => each !== member.level))
  if (level === undefined) return []
  Object.assign(member, { level, updatedAt: world.now })
  return [team.hook('update', member)]
}

/** Groups keep enough members for the story to go on. */
const leastMembers = 3

export const removeFromTeam: Action = (world) => {
  const team = chooseTeam(world)
  const member = team && chooseMember(world, team)
  if (team === undefined || member === undefined || team.members.size <= leastMembers) return []
  team.members.delete(member.person.id)
  return [team.hook('remove', member)]
}
