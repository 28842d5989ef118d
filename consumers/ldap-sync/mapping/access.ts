import type { AccessLevel } from '../../../schemas/parts/access_level.generated.ts'

/** The access levels of members, the lowest first. `minimal_access` and `no_access` grant nothing. */
export const accessLevels = [
  'guest',
  'planner',
  'reporter',
  'security_manager',
  'developer',
  'maintainer',
  'owner',
] as const satisfies readonly AccessLevel[]

export type Access = (typeof accessLevels)[number]

/** GitLab's numbers of the access levels, as its API has them. */
const numbers: Readonly<Record<Access, number>> = {
  guest: 10,
  planner: 15,
  reporter: 20,
  security_manager: 25,
  developer: 30,
  maintainer: 40,
  owner: 50,
}

/** The access level with one of GitLab's numbers; undefined if it grants nothing or is not known. */
export const accessOfNumber = (number: number): Access | undefined =>
  accessLevels.find((level) => numbers[level] === number)

export const isAccess = (level: string | null): level is Access =>
  level !== null && (accessLevels as readonly string[]).includes(level)
