import { UsageError } from '../../../lib/errors.ts'
import { isMissing, isNewAndEmpty, isRefusedForMembers, type Offsets } from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { Beginning } from '../../consumer.ts'
import { decideBeginning, type From } from './decide-beginning.ts'
import { type Place, placesOf, placesOfNew, type TimeOf } from './places.ts'

export interface BeginOptions {
  worker: string
  group: string
  /** All topics of the worker. */
  topics: readonly string[]
  begins: Beginning['begins']
  maxAgeMs: number
  /** The value of `--from`. */
  from: From | undefined
  offsets: Pick<Offsets, 'committed' | 'ends' | 'at' | 'commit'>
  timeOf: TimeOf
  firstStart: number | undefined
  /** Milliseconds since 1970. */
  now: number
  logger: Logger
}

/**
 * Commits the offsets at which a worker begins, where it has none. It runs before the worker joins its group,
 * and so before anything is fetched.
 *
 * @throws UsageError if `--from` was given while another process of the worker is running
 */
export const begin = async (options: BeginOptions): Promise<void> => {
  const { group, topics, offsets, logger } = options
  const committed = await offsets.committed(group, topics)
  const hasOffsets = !committed.every(isMissing)
  const decision = decideBeginning({ ...options, hasOffsets })
  switch (decision.name) {
    case 'stop':
      return
    case 'continue':
      return await beginInNewPartitions(options)
    case 'ignore_from':
      logger.warn(
        'the worker has begun before, so --from has no effect: it continues where it was. ' +
          '`bridge offsets set` sends a stopped worker to another place',
      )
      return await beginInNewPartitions(options)
    case 'begin':
      logger.info('the worker begins', { at: shown(decision.from) })
      return await commitFirst(options, await placesOf(offsets, topics, decision.from))
    case 'resume':
      logger.error(
        'the brokers have deleted the offsets of the worker, so it handles all records since this time; ' +
          'older records that were not handled are left out. `bridge offsets set` sends it further back',
        { group, since: shown(decision.from) },
      )
      return await commitFirst(options, await placesOf(offsets, topics, decision.from))
  }
}

const shown = (from: From): string => (typeof from === 'number' ? new Date(from).toISOString() : from)

const commitFirst = async (options: BeginOptions, places: readonly Place[]): Promise<void> => {
  const { worker, group, topics, from, offsets } = options
  try {
    await offsets.commit(group, places)
  } catch (error) {
    if (!isRefusedForMembers(error)) throw error
    if (from !== undefined)
      throw new UsageError(
        `--from: another process of the worker ${worker} is running. Stop it first, or leave --from out.`,
      )
    // Two processes started at the same time, and the other one has committed and joined the group.
    const committed = await offsets.committed(group, topics)
    if (committed.every(isMissing)) throw error
  }
}

/** A worker that begins at the oldest record gets these offsets from `bridge setup`. */
const beginInNewPartitions = async (options: BeginOptions): Promise<void> => {
  const { begins, group, topics, offsets, timeOf, firstStart, logger } = options
  if (begins === 'oldest') return
  const [committed, ends] = await Promise.all([offsets.committed(group, topics), offsets.ends(topics)])
  const highOf = new Map(ends.map((end) => [partitionName(end), end.high]))
  const missing = committed.filter(
    (commit) => isMissing(commit) && !isNewAndEmpty(commit, highOf.get(partitionName(commit))),
  )
  if (missing.length === 0) return
  const places = await placesOfNew(offsets, timeOf, missing, firstStart)
  try {
    await offsets.commit(group, places)
    logger.info('the worker begins in partitions that are new to it', {
      partitions: places.map((place) => `${partitionName(place)} at ${place.offset}`),
    })
  } catch (error) {
    // Another process of the worker is running. `bridge setup` commits these offsets.
    if (!isRefusedForMembers(error)) throw error
  }
}
