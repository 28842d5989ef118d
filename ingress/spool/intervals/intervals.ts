import { randomUUID } from 'node:crypto'
import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import { withTimeLimit } from '../../../lib/time-limit.ts'
import type { Hook } from '../../hook.ts'
import { type Heartbeat, readHeartbeat, writeHeartbeat } from './heartbeat-file.ts'
import { hookOfInterval, type Interval } from './interval.ts'

/** Reports the times in which the ingress took no hooks, so that readers can tell them from quiet times. */
export interface Intervals {
  /** Reports how long no process ran, and begins the heartbeat. Call it when hooks are accepted. */
  start(): void
  /** Counts a hook that was answered with 503. */
  noteRefused(): void
  /** Reports what is left, and writes the last heartbeat. */
  stop(): Promise<void>
}

export interface IntervalsOptions {
  /** The path of the heartbeat. */
  file: string
  /** Appends a hook to the spool. */
  append(hook: Hook): Promise<void>
  logger: Logger
  /** The time in milliseconds since 1970. */
  now(): number
  heartbeatMs?: number
}

const stopLimitMs = 2000

/**
 * The heartbeat is written every 10 seconds. It also holds the intervals that the spool has not taken yet: a
 * spool without room for hooks has none for them, either. That the spool takes them ends a time of refusing.
 */
export const createIntervals = (options: IntervalsOptions): Intervals => {
  const { file, append, logger, now, heartbeatMs = 10_000 } = options
  let heartbeat: Heartbeat = { ingress: '', at: null, owed: [] }
  let refusing: { from: number; refused: number } | undefined
  let hasFailed = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  const write = async (owed: readonly Interval[]) => {
    heartbeat = { ...heartbeat, at: now(), owed }
    await writeHeartbeat(file, heartbeat)
  }

  const beat = async () => {
    const owed = withRefusals(heartbeat.owed, refusing, now())
    refusing = undefined
    heartbeat = { ...heartbeat, owed }
    // First they are on disk: if the process ends before the next heartbeat, they have the same ids again.
    await write(owed)
    for (let next = owed[0]; next !== undefined; next = owed[0]) {
      await append(hookOfInterval(next, heartbeat.ingress))
      owed.shift()
      await write(owed)
    }
  }

  const tryToBeat = async () => {
    try {
      await beat()
      hasFailed = false
    } catch (error) {
      if (!hasFailed)
        logger.warn('the heartbeat of the ingress could not be written, or an interval not be spooled', {
          file,
          error: messageOf(error),
        })
      hasFailed = true
    }
  }

  const schedule = () => {
    timer = setTimeout(() => {
      running = tryToBeat().then(schedule)
    }, heartbeatMs)
    timer.unref()
  }

  const begin = async () => {
    const startedAt = now()
    heartbeat = await readHeartbeat(file, logger)
    const { at, owed } = heartbeat
    if (at !== null)
      heartbeat = { ...heartbeat, owed: [...owed, intervalOf({ kind: 'down', from: at }, startedAt)] }
    await tryToBeat()
    schedule()
  }

  return {
    start: () => {
      running = begin()
    },
    noteRefused: () => {
      refusing ??= { from: now(), refused: 0 }
      refusing.refused += 1
    },
    stop: async () => {
      const end = async () => {
        clearTimeout(timer)
        await running
        clearTimeout(timer)
        await tryToBeat()
      }
      // The disk may hang.
      await withTimeLimit(stopLimitMs, end()).catch(() => undefined)
    },
  }
}

/**
 * Adds the refused hooks. As long as the spool does not take the last time of refusing, that time goes on.
 */
const withRefusals = (
  owed: readonly Interval[],
  fresh: { from: number; refused: number } | undefined,
  to: number,
): Interval[] => {
  const last = owed.at(-1)
  if (last?.kind === 'refusing')
    return [...owed.slice(0, -1), { ...last, to, refused: last.refused + (fresh?.refused ?? 0) }]
  return fresh === undefined ? [...owed] : [...owed, intervalOf({ kind: 'refusing', ...fresh }, to)]
}

type Begun = { kind: 'down'; from: number } | { kind: 'refusing'; from: number; refused: number }

/** The clock may have been set back since the interval began. */
const intervalOf = (begun: Begun, to: number): Interval => ({
  ...begun,
  id: randomUUID(),
  to: Math.max(begun.from, to),
})
