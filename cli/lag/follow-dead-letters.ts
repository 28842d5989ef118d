import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type { Consumer } from '../../consumers/consumer.ts'
import { messageOf } from '../../lib/errors.ts'
import { readLog } from '../../lib/log-reader.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Names } from '../../schemas/topics.ts'

export interface FollowedDeadLetters {
  /** When each dead letter of a worker that stands open was put aside, milliseconds since 1970. */
  open(worker: string): readonly number[]
  ended: Promise<void>
}

/** Keeps count of the dead letters of all workers, from the topics themselves. */
export const followDeadLetters = (
  kafka: Kafka,
  names: Names,
  workers: readonly Consumer[],
  signal: AbortSignal,
  logger: Logger,
): FollowedDeadLetters => {
  const open = new Map<string, Map<string, number>>()
  const topics = workers.map(({ name }) => names.deadLetterTopic(name))

  const follow = async () => {
    while (!signal.aborted) {
      open.clear()
      try {
        for await (const { topic, key, value, headers } of readLog(kafka, { topics, from: 'beginning', signal })) {
          const letters = open.get(topic) ?? new Map<string, number>()
          open.set(topic, letters)
          if (value === null) letters.delete(key ?? '')
          else letters.set(key ?? '', Date.parse(headers['dead-letter-at'] ?? ''))
        }
      } catch (error) {
        logger.warn('dead letters cannot be read, trying again', { error: messageOf(error) })
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }

  return { open: (worker) => [...(open.get(names.deadLetterTopic(worker))?.values() ?? [])], ended: follow() }
}

const retryMs = 2000
