import { messageOf } from '../../lib/errors.ts'
import type { Offsets } from '../../lib/kafka/offsets.ts'
import type { Logger } from '../../lib/logger.ts'
import { withTimeLimit } from '../../lib/time-limit.ts'
import { readGrowth, type TopicGrowth, writeGrowth } from './growth-file.ts'

/**
 * Compares how far each log has grown with how many records the brokers have acknowledged to this ingress.
 * Others may write to a log too, so that it may grow further, but never less.
 */
export interface LogGrowth {
  start(): void
  /** How many acknowledged records are in no log, at the last comparison. */
  residue(): number
  /** Compares once more, if the brokers answer, and ends. */
  stop(): Promise<void>
}

export interface LogGrowthOptions {
  /** The file that keeps the numbers from one process to the next. */
  file: string
  topics: readonly string[]
  /** Topic → records that the brokers have acknowledged to this process. */
  acknowledged(): Promise<ReadonlyMap<string, number>>
  openOffsets(): Promise<Pick<Offsets, 'ends' | 'topicIds' | 'close'>>
  logger: Logger
  everyMs?: number
}

const stopLimitMs = 2000

/** Creates the comparison. The numbers survive a kill: the file then has too few acknowledged records. */
export const createLogGrowth = (options: LogGrowthOptions): LogGrowth => {
  const { file, topics, acknowledged, logger, everyMs = 30_000 } = options
  /** What was acknowledged to this process when `known` was last brought up to date. */
  let counted: ReadonlyMap<string, number> = new Map()
  let known: Map<string, TopicGrowth> | undefined
  let offsets: Pick<Offsets, 'ends' | 'topicIds' | 'close'> | undefined
  let missing: ReadonlyMap<string, number> = new Map()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  const compare = async () => {
    known ??= await readGrowth(file, logger)
    offsets ??= await options.openOffsets()
    const before = await acknowledged()
    const ids = await offsets.topicIds(topics)
    const ends = sumByTopic(await offsets.ends(topics))
    const now = await acknowledged()
    const found = new Map<string, number>()
    for (const [topic, end] of ends) {
      const growth = known.get(topic)
      const id = ids.get(topic) ?? growth?.id ?? ''
      // What was acknowledged up to `now` may be before this end. It is left out of the count.
      if (growth?.id !== id) {
        known.set(topic, { id, base: end, acknowledged: 0 })
        continue
      }
      const numberAt = (time: ReadonlyMap<string, number>) => time.get(topic) ?? 0
      const acknowledgedBefore = growth.acknowledged + numberAt(before) - numberAt(counted)
      growth.acknowledged += numberAt(now) - numberAt(counted)
      const less = acknowledgedBefore - (end - growth.base)
      if (less > 0) found.set(topic, less)
    }
    counted = now
    report(found, missing, logger)
    missing = found
    await writeGrowth(file, known)
  }

  const tryToCompare = async () => {
    try {
      await compare()
    } catch (error) {
      logger.debug('the growth of the logs could not be compared', { error: messageOf(error) })
    }
  }
  const schedule = (afterMs: number) => {
    timer = setTimeout(() => {
      running = tryToCompare().then(() => schedule(everyMs))
    }, afterMs).unref()
  }

  return {
    start: () => schedule(0),
    residue: () => [...missing.values()].reduce((sum, records) => sum + records, 0),
    stop: async () => {
      const end = async () => {
        clearTimeout(timer)
        await running
        clearTimeout(timer)
        if (offsets === undefined) return
        await tryToCompare()
        await offsets.close()
      }
      // The brokers may be frozen.
      await withTimeLimit(stopLimitMs, end()).catch(() => undefined)
    },
  }
}

const sumByTopic = (ends: readonly { topic: string; high: number }[]): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const { topic, high } of ends) sums.set(topic, (sums.get(topic) ?? 0) + high)
  return sums
}

/** Says it once for each topic, and again when it becomes more. */
const report = (
  found: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
  logger: Logger,
): void => {
  for (const [topic, records] of found)
    if (records > (before.get(topic) ?? 0))
      logger.error('the log of a topic has fewer records than the brokers have acknowledged', {
        topic,
        records,
      })
}
