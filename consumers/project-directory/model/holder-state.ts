import { ancestorsOf } from './renames.ts'

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
  pathSince: number | null
  isDestroyed: boolean
}

/**
 * The state of a holder. It is destroyed with the group or user that had the path above when it came there.
 * A group that later takes the same path is another one.
 *
 * @param claims of groups and users on the paths above
 */
export const holderStateOf = (
  { path, pathSince, isDestroyed }: Placed,
  claims: ReadonlyMap<string, readonly PathClaim[]>,
): HolderState => {
  if (isDestroyed) return 'destroyed'
  if (path === null) return 'active'
  const isAboveDestroyed = ancestorsOf(path).some(
    (ancestor) => claimAt(claims.get(ancestor) ?? [], pathSince ?? 0)?.isDestroyed,
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
