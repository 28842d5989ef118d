import { ancestorsOf, type PathStep } from './renames.ts'

/** `pending_deletion`: GitLab deletes it later, and has freed its old path. */
export type HolderState = 'active' | 'pending_deletion' | 'destroyed'

/** A group or user that has or had some path. */
export interface PathClaim {
  /** Since when, in milliseconds since 1970. */
  since: number
  isDestroyed: boolean
}

/** The part of a view that decides the state. */
interface Placed {
  path: string | null
  told: PathStep | null
  isDestroyed: boolean
}

/**
 * The state of a holder. It is destroyed with the groups or the user that had the paths above when it came
 * there by an event of its own. Renames change these paths, and another group may take one later.
 *
 * @param claims of groups and users on the paths above the path that was told
 */
export const holderStateOf = (
  { path, told, isDestroyed }: Placed,
  claims: ReadonlyMap<string, readonly PathClaim[]>,
): HolderState => {
  if (isDestroyed) return 'destroyed'
  if (path === null || told === null) return 'active'
  const isAboveDestroyed = ancestorsOf(told.path).some(
    (ancestor) => claimAt(claims.get(ancestor) ?? [], told.since)?.isDestroyed,
  )
  if (isAboveDestroyed) return 'destroyed'
  return path.split('/').some((segment) => scheduled.test(segment)) ? 'pending_deletion' : 'active'
}

/** GitLab gives this path to a project or group that it will delete. */
const scheduled = /-deletion_scheduled-\d+$/

const claimAt = (claims: readonly PathClaim[], at: number): PathClaim | undefined =>
  claims
    .filter(({ since }) => since <= at)
    .sort((one, other) => one.since - other.since || Number(other.isDestroyed) - Number(one.isDestroyed))
    .at(-1)
