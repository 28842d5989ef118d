/** What one hook said about a branch or tag: it was moved from one commit to another. */
export interface Move {
  /**
   * Source and event type of the hook. GitLab reports a move at most once in each stream, apart from repeats.
   */
  stream: string
  deliveryId: string
  before: string
  after: string
  /** When the hook was received, in milliseconds since 1970. */
  at: number
  userId: number | null
  userName: string | null
}

/** The commit of a branch or tag at some time, as GitLab's API told it. Null: there was no such ref. */
export interface RefBase {
  sha: string | null
  /** Milliseconds since 1970. Moves that were received before are contained in it. */
  at: number
}

export interface RefHead {
  /** Null: it was deleted. */
  sha: string | null
  pusherId: number | null
  pusherName: string | null
  /** When the hook of the last push was received; null where no hook told of it. */
  pushedAt: number | null
  /** Whether the moves do not decide which commit is the last, so that the newest hook did. */
  isAmbiguous: boolean
}

/**
 * The commit of a branch or tag now. Hooks can arrive in any order, so the chain of the moves decides: the
 * ref is at the commit that it was moved to once more than it was moved away from.
 *
 * @param moves all reports of one ref
 * @param startsEmpty whether the ref did not exist before these moves
 * @returns undefined where nothing is known
 */
export const refHeadOf = (
  moves: readonly Move[],
  base: RefBase | undefined,
  startsEmpty: boolean,
): RefHead | undefined => {
  const sorted = moves.toSorted((one, other) => one.at - other.at || (sortKey(one) < sortKey(other) ? -1 : 1))
  const later = sorted.filter(({ at }) => base === undefined || at >= base.at)
  const newest = later.at(-1)
  if (newest === undefined) return base && headAt(base.sha ?? none, sorted, false)
  const start = base === undefined ? (startsEmpty ? none : undefined) : (base.sha ?? none)
  const candidates = candidatesOf(later, start)
  const [only] = candidates
  return candidates.length === 1 && only !== undefined
    ? headAt(only, sorted, false)
    : headAt(shaOf(newest.after), sorted, true)
}

/** Stands for a ref that does not exist. GitLab writes zeros, 40 or 64 of them. */
const none = '0'

/** All ways of writing that a ref does not exist are one. */
export const shaOf = (sha: string): string => (/^0*$/.test(sha) ? none : sha)

const sortKey = ({ stream, deliveryId, before, after }: Move): string =>
  `${stream} ${deliveryId} ${before} ${after}`

/** The commits at which the ref can be, by the numbers of arrivals and departures. */
const candidatesOf = (moves: readonly Move[], start: string | undefined): string[] => {
  const surplus = new Map<string, number>()
  const departures = new Set<string>()
  const add = (sha: string, number: number) => surplus.set(sha, (surplus.get(sha) ?? 0) + number)
  if (start !== undefined) add(start, 1)
  for (const [{ before, after }, times] of countMoves(moves)) {
    add(shaOf(after), times)
    add(shaOf(before), -times)
    departures.add(shaOf(before))
  }
  const reached = [...surplus].filter(([, number]) => number > 0).map(([sha]) => sha)
  if (reached.length < 2) return reached
  // After GitLab's API has told the commit, a late hook can tell how it came there.
  return reached.filter((sha) => !departures.has(sha))
}

/**
 * How often each move was made. The nth report of a move in one stream is the nth in every other stream, so
 * the largest number of any stream counts. In one stream, equal moves without another move between them are
 * one.
 */
const countMoves = (moves: readonly Move[]): Map<Pick<Move, 'before' | 'after'>, number> => {
  const streams = new Map<string, { last: string; deliveries: Set<string>; times: Map<string, number> }>()
  const counts = new Map<string, { move: Move; times: number }>()
  for (const move of moves) {
    if (move.before === move.after) continue
    const change = `${move.before} ${move.after}`
    const stream = streams.get(move.stream) ?? { last: '', deliveries: new Set(), times: new Map() }
    streams.set(move.stream, stream)
    const isRepeat = stream.deliveries.has(`${move.deliveryId} ${change}`) || stream.last === change
    stream.deliveries.add(`${move.deliveryId} ${change}`)
    stream.last = change
    if (isRepeat) continue
    const times = (stream.times.get(change) ?? 0) + 1
    stream.times.set(change, times)
    counts.set(change, { move, times: Math.max(times, counts.get(change)?.times ?? 0) })
  }
  return new Map([...counts.values()].map(({ move, times }) => [move, times]))
}

const headAt = (sha: string, moves: readonly Move[], isAmbiguous: boolean): RefHead => {
  const arrivals = moves.filter(({ after }) => shaOf(after) === sha)
  const last = arrivals.at(-1)
  return {
    sha: sha === none ? null : sha,
    pusherId: last?.userId ?? null,
    pusherName: last?.userName ?? null,
    pushedAt: last?.at ?? null,
    isAmbiguous,
  }
}
