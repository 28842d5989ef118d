import { setTimeout as sleep } from 'node:timers/promises'
import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { ConfigError, messageOf } from '../../lib/errors.ts'
import { measureWithProgress, type OpenGroups, openGroups } from '../lag-meter/measure-groups.ts'
import { nextSteps } from './next-steps.ts'
import { processRows } from './process-rows.ts'
import { type ProcessReading, readProcesses } from './read-processes.ts'
import type { NotKnownRow, StatusRow } from './rows.ts'
import { deadLetterRows, outboxRows } from './stored-rows.ts'
import { workerRows } from './worker-rows.ts'

export interface StatusOptions {
  env: Environment
  /** Name of a process → URL of its metrics. */
  processes: Readonly<Record<string, string>>
  /**
   * `once`: the reading takes some seconds, to tell rates and a slow worker from a stalled one. `again and
   * again`: each reading is compared with the one before.
   */
  reads: 'once' | 'again and again'
  workers?: typeof consumers
}

export interface OpenStatus {
  /** Never rejects because of a server that does not answer. @throws ConfigError */
  read(): Promise<StatusRow[]>
  close(): Promise<void>
}

/** The shortest time from which a rate follows, in milliseconds. */
const rateMs = 1000

/** Reads how everything is doing. If one server does not answer, all others are read all the same. */
export const openStatus = ({ env, processes, reads, workers = consumers }: StatusOptions): OpenStatus => {
  let groups: OpenGroups | undefined
  let before: readonly ProcessReading[] = []

  const close = async () => {
    const open = groups
    groups = undefined
    await open?.close().catch(() => undefined)
  }
  /** Everything that is read from Kafka, by one connection. */
  const readKafka = async (): Promise<StatusRow[]> => {
    try {
      groups ??= await openGroups(env, 'status', workers)
      const { measure, names, kafka } = groups
      const measured = reads === 'once' ? await measureWithProgress(measure) : await measure()
      const ofWorkers = workerRows(measured, workers, names, Date.now())
      return [...ofWorkers, ...(await orNotKnown('dead letters', deadLetterRows(kafka, names, workers)))]
    } catch (error) {
      await close()
      if (error instanceof ConfigError) throw error
      return (['workers', 'dead letters'] as const).map((of) => notKnown(of, error))
    }
  }
  const readAllProcesses = async (): Promise<StatusRow[]> => {
    const first = await readProcesses(processes)
    if (first.length === 0) return [notKnown('processes', new Error(noProcess))]
    if (reads === 'again and again') {
      const earlier = before
      before = first
      return processRows(first, earlier, Date.now() / 1000)
    }
    await sleep(rateMs)
    return processRows(await readProcesses(processes), first, Date.now() / 1000)
  }
  return {
    close,
    read: async () => {
      const parts = await Promise.all([
        readAllProcesses(),
        readKafka(),
        orNotKnown('outboxes', outboxRows(env)),
      ])
      const rows = parts.flat()
      return [...rows, ...nextSteps(rows)]
    },
  }
}

const noProcess = 'no local stack is running. Name the metrics of the processes with --metrics'

const notKnown = (of: NotKnownRow['of'], error: unknown): NotKnownRow => ({
  part: 'not_known',
  of,
  because: messageOf(error),
})

const orNotKnown = async (of: NotKnownRow['of'], rows: Promise<StatusRow[]>): Promise<StatusRow[]> => {
  try {
    return await rows
  } catch (error) {
    return [notKnown(of, error)]
  }
}
