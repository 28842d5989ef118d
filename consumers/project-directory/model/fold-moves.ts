import { type Move, type RefBase, refHeadOf, shaOf } from './ref-head.ts'

/** Old moves of a ref, replaced by the commit to which they led. */
export interface Fold {
  base: RefBase
  /** The moves that are not needed any more. */
  moves: readonly Move[]
}

const hourMs = 60 * 60 * 1000
const keptMs = 30 * 24 * hourMs
/** Hooks that report one push come close together. */
const quietMs = hourMs
/** To fold a few moves costs more than to keep them. */
const fewest = 50
/** Where many hooks are missing, moves are kept: to search on would take long each time. */
const mostAttempts = 5

/**
 * Finds the moves that can be replaced by one commit. They are more than 30 days older than the newest move:
 * GitLab can resend a hook for 7 days. They end where no hook was received for an hour, and where the next
 * move begins at the commit to which they led, so that no hook between them is missing.
 *
 * @param moves all that are stored about one ref
 * @returns undefined if there are none, or only a few
 */
export const foldMoves = (
  moves: readonly Move[],
  base: RefBase | undefined,
  startsEmpty: boolean,
): Fold | undefined => {
  if (moves.length <= fewest) return undefined
  const sorted = moves.toSorted((one, other) => one.at - other.at)
  const end = (sorted.at(-1)?.at ?? 0) - keptMs
  let attempts = 0
  for (let next = sorted.findLastIndex(({ at }) => at <= end); next > fewest; next -= 1) {
    const [last, first] = [sorted[next - 1], sorted[next]]
    if (last === undefined || first === undefined || first.at - last.at < quietMs) continue
    if (++attempts > mostAttempts) return undefined
    const old = sorted.slice(0, next)
    const isTold = base !== undefined && base.at >= first.at
    const head = isTold ? base : refHeadOf(old, base, startsEmpty)
    if (head === undefined) continue
    if (!isTold && shaOf(head.sha ?? '') !== shaOf(first.before)) continue
    // The move that led there says who pushed the commit, in case that the ref is still there.
    const arrival = old.findLast(({ after }) => shaOf(after) === shaOf(head.sha ?? ''))
    const at = Math.max(first.at, base?.at ?? 0)
    return { base: { sha: head.sha, at }, moves: old.filter((move) => move !== arrival) }
  }
  return undefined
}
