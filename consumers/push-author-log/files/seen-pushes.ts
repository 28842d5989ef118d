import { canBeTest, changeKeyOf, refKeyOf, richnessOf, streamOf } from '../model/reports.ts'
import type { PushLine } from '../push-line.ts'
import { createNumberTable, type NumberTable, numberOf, type Pair } from './number-table.ts'

/**
 * What becomes of a line. `known`: the files have it. `line`: it reports a new push, or tells more about a
 * push than the lines before. `repeat`: it tells nothing new.
 */
export type Verdict = { kind: 'known' } | { kind: 'line'; line: PushLine } | { kind: 'repeat'; order: Order }

/**
 * `echo`: the same stream has reported the same move just before, so both are one move. `separate`: it is the
 * next occurrence of its change in its stream.
 */
export type Order = 'echo' | 'separate'

/**
 * Which pushes the lines of one day report. It applies the rule of `reconcileRef` to one line after the
 * other, so that a push is one line of the log, or two where a hook that tells more comes later.
 *
 * It knows this day and the day before, and at least the last 100,000 lines of each: about 20 MB. A hook that
 * comes after more lines than that is written as if it were the first one of its push. A reader knows all
 * lines, and decides.
 */
export interface SeenPushes {
  /** Decides about a line, and remembers it. */
  judge(line: PushLine): Verdict
  /** Remembers a line that the files have. */
  remember(line: PushLine, order: Order): void
  /** What is remembered, for the day after. */
  table: NumberTable
}

/** A line needs two texts at least, and four where its ref is new. */
const maxTexts = 800_000

/** @param before what the day before remembers, if it is open */
export const createSeenPushes = (before: NumberTable | undefined): SeenPushes => {
  const table = createNumberTable(maxTexts)
  const latest = (key: string): Pair | undefined => table.get(key) ?? before?.get(key)

  /** Whether the stream has reported this change with this delivery. */
  const isKnown = (reports: string, delivery: string): boolean => {
    const firstDeliveries = [table.get(reports)?.[1], before?.get(reports)?.[1]]
    return firstDeliveries.includes(numberOf(delivery)) || latest(`${reports} ${delivery}`) !== undefined
  }

  /** Counts a report. The first delivery of a day needs no entry of its own. */
  const count = (reports: string, delivery: string, total: number) => {
    const [, first] = table.get(reports) ?? [0, numberOf(delivery)]
    table.set(reports, [total, first])
    if (first !== numberOf(delivery)) table.set(`${reports} ${delivery}`, [1, 0])
  }

  /** Remembers where a stream or a ref is, unless a newer line has said it. */
  const move = (key: string, place: string, second: number) => {
    if (second >= (latest(key)?.[1] ?? 0)) table.set(key, [numberOf(place), second])
  }

  const settle = (line: PushLine, change: string, occurrence: number): PushLine | undefined => {
    const head = `head ${refKeyOf(line)}`
    const push = `push ${occurrence} ${change}`
    const known = latest(push)
    const isStill = known === undefined && canBeTest(line) && latest(head)?.[0] === numberOf(line.after)
    const settled = isStill ? { ...line, suspected_test: true } : line
    if (known !== undefined && !tellsMore(settled, known)) return undefined
    table.set(push, [richnessOf(settled), userNumberOf(settled)])
    if (!settled.suspected_test) move(head, line.after, secondOf(line))
    return settled
  }

  const take = (line: PushLine, given: Order | undefined): Verdict => {
    const change = changeKeyOf(line)
    const stream = streamOf(line)
    const reports = `reports ${stream} ${change}`
    if (isKnown(reports, line.delivery_id)) return { kind: 'known' }
    const lastMove = `move ${stream} ${refKeyOf(line)}`
    const total = latest(reports)?.[0] ?? 0
    const isEcho = total > 0 && latest(lastMove)?.[0] === numberOf(change)
    const order = given ?? (isEcho ? 'echo' : 'separate')
    const occurrence = order === 'echo' ? total : total + 1
    count(reports, line.delivery_id, occurrence)
    move(lastMove, change, secondOf(line))
    const settled = settle(line, change, occurrence)
    return settled === undefined ? { kind: 'repeat', order } : { kind: 'line', line: settled }
  }

  return {
    judge: (line) => take(line, undefined),
    remember: (line, order) => void take(line, order),
    table,
  }
}

/** @param known the richness of the line that the log has, and the number of its user */
const tellsMore = (line: PushLine, [richness, user]: Pair): boolean => {
  const isSamePerson = richness === 0 || user === 0 || [0, user].includes(userNumberOf(line))
  return isSamePerson && richnessOf(line) > richness
}

const userNumberOf = ({ user_id }: PushLine): number => (user_id === null ? 0 : numberOf(`${user_id}`))

/** Seconds since 1970, which fit into 32 bits until 2106. */
const secondOf = ({ pushed_at }: PushLine): number => Math.floor(Date.parse(pushed_at) / 1000)
