import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { pid } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Kafka, Partitioners } from 'kafkajs'
import { UsageError } from '../../lib/errors.ts'
import { requireAccess, topicNeeds } from '../../lib/kafka/access.ts'
import { type LogMessage, readLog } from '../../lib/kafka/log-reader.ts'
import { processStart } from '../../lib/process-table.ts'
import { operatorName } from './operator-name.ts'

/** A process that settles dead letters writes one of these to the operations topic, with its own time. */
type Step = 'begin' | 'renew' | 'end'

/**
 * A lock lasts for so long after its last record, in milliseconds: a process that was killed writes no `end`.
 */
const leaseMs = 60_000
const renewMs = 15_000
/** How far back the records of other locks are read, in milliseconds: the lease, and clocks that differ. */
const lookBackMs = 5 * leaseMs

/** While it is held, no other redrive or discard of the same worker runs. */
export interface SettleLock {
  /** @throws UsageError if the lock could not be renewed in time, so that another process may have it */
  assertHeld(): void
  release(): Promise<void>
}

/**
 * Takes the lock of a worker's dead letters. Everybody writes a record and then reads the topic: its log has
 * one order for all, and the first record of a process that has neither ended nor expired has the lock.
 *
 * @throws UsageError naming who has the lock, or if the own record is not found
 */
export const acquireSettleLock = async (
  kafka: Kafka,
  operationsTopic: string,
  worker: string,
): Promise<SettleLock> => {
  const topics = [operationsTopic]
  await requireAccess(kafka, [...topicNeeds('Write', topics), ...topicNeeds('Read', topics)])
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  const id = randomUUID()
  const holder = { operator: operatorName(), host: hostname(), pid, started: processStart(pid) }
  const write = async (step: Step) => {
    const value = JSON.stringify({ lock: id, step, worker, ...holder })
    await producer.send({ topic: operationsTopic, acks: -1, messages: [{ key: lockKey(worker), value }] })
  }
  const end = async () => {
    await write('end').catch(() => undefined) // It expires by itself.
    await producer.disconnect()
  }
  try {
    await write('begin')
    const from = Date.now() - lookBackMs
    const records = await Array.fromAsync(readLog(kafka, { topics: [operationsTopic], from, to: 'now' }))
    if (!records.some(({ key, value }) => key === lockKey(worker) && value?.includes(id)))
      throw new UsageError(
        `The lock on the dead letters of ${worker} was written to ${operationsTopic}, but not found there. ` +
          'Check that the clocks of this machine and of the brokers agree, and try again.',
      )
    const first = holderOf(records, worker, Date.now(), hasEnded)
    if (first !== undefined && first.lock !== id)
      throw new UsageError(
        `Another redrive or discard of ${worker} is running: ` +
          `${first.operator} on ${first.host} started it. Wait for its end. ` +
          `If that process was killed, wait ${leaseMs / 1000} s.`,
      )
  } catch (error) {
    await end()
    throw error
  }

  let renewedAt = performance.now()
  const ending = new AbortController()
  const renewing = (async () => {
    while (!ending.signal.aborted) {
      await sleep(renewMs, undefined, { signal: ending.signal }).catch(() => undefined)
      if (ending.signal.aborted) return
      const startedAt = performance.now()
      await write('renew').then(
        () => {
          renewedAt = startedAt
        },
        () => undefined,
      )
    }
  })()
  return {
    assertHeld: () => {
      if (performance.now() - renewedAt < leaseMs - renewMs) return
      throw new UsageError(`The lock on the dead letters of ${worker} was lost: Kafka was away for too long.`)
    },
    release: async () => {
      ending.abort()
      await renewing
      await end()
    },
  }
}

const lockKey = (worker: string): string => `lock/${worker}`

export interface LockRecord {
  lock: string
  step: Step
  operator: string
  host: string
  pid: number
  /** When the process started; missing where the system did not say. */
  started?: string
}

/** Whether the process of a lock has ended. Only processes of this machine can be looked up. */
const hasEnded = ({ host, pid, started }: LockRecord): boolean =>
  host === hostname() && started !== undefined && processStart(pid) !== started

/**
 * The process that has the lock of a worker.
 *
 * @param now milliseconds since 1970
 * @param hasEnded whether a process that wrote no `end` is known to have ended
 */
export const holderOf = (
  records: readonly Pick<LogMessage, 'key' | 'value' | 'timestamp'>[],
  worker: string,
  now: number,
  hasEnded: (record: LockRecord) => boolean,
): LockRecord | undefined => {
  const running = new Map<string, { record: LockRecord; at: number }>()
  for (const { key, value, timestamp } of records) {
    if (key !== lockKey(worker) || value === null) continue
    const record = JSON.parse(value.toString()) as LockRecord
    if (record.step === 'end') running.delete(record.lock)
    else {
      // A map keeps the place of the first record of a key.
      running.set(record.lock, { record, at: timestamp })
    }
  }
  return [...running.values()].find(({ record, at }) => at > now - leaseMs && !hasEnded(record))?.record
}
