import { branchWords, paths, topics } from '../company/names.ts'
import type { Commit, MergeRequest, Person, Project, World } from '../company/world.ts'

/** A person who may push to the project: a member of it or of its group who is more than a reporter. */
export const choosePusher = ({ random }: World, project: Project): Person | undefined => {
  const members = [...project.group.members.values(), ...project.members.values()]
  const pushers = members.filter(({ level }) => level !== 'Reporter')
  return random.pick(pushers)?.person
}

/** Another member, such as a reviewer. */
export const chooseOther = (world: World, project: Project, person: Person): Person => {
  const members = [...project.group.members.values()].map((member) => member.person)
  const others = members.filter(({ id }) => id !== person.id)
  return world.random.pick(others) ?? world.people.find(({ id }) => id !== person.id) ?? person
}

export const chooseProject = ({ random, projects }: World): Project | undefined => random.pick(projects)

export const chooseRequest = (
  world: World,
  isWanted: (request: MergeRequest) => boolean,
): MergeRequest | undefined =>
  world.random.pick(world.projects.flatMap(({ mergeRequests }) => mergeRequests.filter(isWanted)))

export const makeCommit = ({ random, now }: World, author: Person, text: string): Commit => {
  const path = random.pick(paths)
  return {
    sha: random.hex(40),
    message: random.chance(0.3) ? `${text}\n\nBug: T${random.between(1000, 9999)}\n` : `${text}\n`,
    // People commit before they push.
    at: now - random.between(1, 90) * 60_000,
    author,
    added: random.chance(0.3) ? [`src/${random.hex(6)}.ts`] : [],
    modified: [path],
  }
}

/** `Fix the fog signal`. */
export const makeTitle = ({ random }: World): string => {
  const verb = random.pick(branchWords).replaceAll('-', ' ')
  return `${verb[0]?.toUpperCase()}${verb.slice(1)} ${random.pick(topics)}`
}

/** `fix-the-fog-signal-7f3a`: the end keeps it from being taken already. */
export const branchOf = ({ random }: World, title: string): string =>
  `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${random.hex(4)}`

/** Removes an item from a list that has it. */
export const remove = <T>(items: T[], item: T): void => void items.splice(items.indexOf(item), 1)
