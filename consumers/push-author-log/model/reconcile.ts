import type { PushLine } from '../push-line.ts'
import { canBeTest, changeKeyOf, haveSamePusher, type Report, richnessOf, streamOf } from './reports.ts'

/** One push of one ref, as all its hooks tell it together. */
export interface Push {
  /** The line that tells most about the push. */
  line: PushLine
  /** When the first of its hooks was received, in milliseconds since 1970. */
  at: number
}

/** A push, and what is known about the hooks that reported it. */
interface Occurrence extends Push {
  hooks: number
  /** Whether every hook looked like one of GitLab's button *Test* when it was written. */
  isMarked: boolean
}

/** What one stream has reported about one ref so far. */
interface Stream {
  deliveries: Set<string>
  lastChange: string | undefined
  lastPush: Occurrence | undefined
  /** Change → how many pushes with this change have been told to this stream. */
  told: Map<string, number>
}

/**
 * A hook does not report a push that another hook reported longer ago: 30 days. GitLab can resend a hook for
 * 7 days.
 */
const longestDelayMs = 30 * 24 * 60 * 60 * 1000

/**
 * Finds the pushes of one ref from everything that hooks reported about it. The result does not depend on
 * the order of the lines, as long as no two hooks of one stream were received in the same millisecond.
 *
 * - In one stream, the same delivery counts once, and equal changes without another change between them
 *   count once, because a ref cannot be moved twice in the same way without a move between.
 * - The nth time that a change occurs in one stream is the nth time that it occurs in any other stream.
 *
 * @param lines all of one ref of one project, repeats included
 * @returns oldest first. `suspected_test` of the lines says what is known now
 */
export const reconcileRef = (lines: readonly PushLine[]): Push[] => {
  const reports = lines.map((line) => ({ line, at: Date.parse(line.pushed_at) }))
  const streams = new Map<string, Stream>()
  const changes = new Map<string, Occurrence[]>()
  const occurrences: Occurrence[] = []
  for (const report of reports.sort((one, other) => one.at - other.at)) {
    const stream = getOrAdd(streams, streamOf(report.line), createStream)
    const pushes = getOrAdd(changes, changeKeyOf(report.line), () => [])
    const added = countReport(report, stream, pushes)
    if (added !== undefined) occurrences.push(added)
  }
  return markTests(occurrences)
}

const createStream = (): Stream => ({
  deliveries: new Set(),
  lastChange: undefined,
  lastPush: undefined,
  told: new Map(),
})

/**
 * @param pushes those with the change of the report, oldest first
 * @returns the push, if no hook has reported it before
 */
const countReport = (report: Report, stream: Stream, pushes: Occurrence[]): Occurrence | undefined => {
  const { line, at } = report
  const change = changeKeyOf(line)
  const delivery = `${line.delivery_id} ${change}`
  if (stream.deliveries.has(delivery)) return undefined
  stream.deliveries.add(delivery)
  if (stream.lastChange === change && stream.lastPush !== undefined) {
    addHook(stream.lastPush, line)
    return undefined
  }
  let index = stream.told.get(change) ?? 0
  while (isTooOld(pushes[index], at)) index += 1
  stream.told.set(change, index + 1)
  stream.lastChange = change
  const known = pushes[index]
  if (known !== undefined) {
    stream.lastPush = known
    addHook(known, line)
    return undefined
  }
  const push = { line, at, hooks: 1, isMarked: line.suspected_test === true }
  pushes.push(push)
  stream.lastPush = push
  return push
}

const isTooOld = (push: Occurrence | undefined, at: number): boolean =>
  push !== undefined && push.at < at - longestDelayMs

const addHook = (push: Occurrence, line: PushLine): void => {
  push.hooks += 1
  push.isMarked &&= line.suspected_test === true
  const tellsMore = richnessOf(line) > richnessOf(push.line)
  if (tellsMore && (haveSamePusher(line, push.line) || push.line.suspected_test)) push.line = line
}

/**
 * Decides which pushes are suspected to be tests: those whose hooks all looked like tests, and those that
 * one hook alone reports and that leave the ref where the push before had left it.
 */
const markTests = (occurrences: readonly Occurrence[]): Push[] => {
  let previous: PushLine | undefined
  return occurrences.map(({ line, at, hooks, isMarked }) => {
    const isStill = hooks === 1 && canBeTest(line) && previous?.after === line.after
    const suspected_test = isMarked || isStill
    if (!suspected_test) previous = line
    return {
      line: suspected_test === (line.suspected_test ?? false) ? line : { ...line, suspected_test },
      at,
    }
  })
}

const getOrAdd = <K, V>(map: Map<K, V>, key: K, create: () => V): V => {
  const known = map.get(key)
  if (known !== undefined) return known
  const added = create()
  map.set(key, added)
  return added
}
