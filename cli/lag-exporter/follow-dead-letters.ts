import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from '../../consumers/consumer.ts'
import { messageOf } from '../../lib/errors.ts'
import type { LogMessage, ReadLogOptions } from '../../lib/kafka/log-reader.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Names } from '../../schemas/topics.ts'

export interface FollowedDeadLetters {
  /** When each dead letter of a worker that stands open was put aside, milliseconds since 1970; undefined until all were read once. */
  open(worker: string): readonly number[] | undefined
  ended: Promise<void>
}

/** Keeps count of the dead letters of all workers, from the topics themselves. What was known holds until all are read anew. */
export const followDeadLetters = (
  read: (options: ReadLogOptions) => AsyncIterable<LogMessage>,
  names: Names,
  workers: readonly Pick<Consumer, 'name'>[],
  signal: AbortSignal,
  logger: Logger,
): FollowedDeadLetters => {
  const topics = workers.map(({ name }) => names.deadLetterTopic(name))
  /** Topic → key → when it was put aside. */
  let known: Map<string, Map<string, number>> | undefined

  const follow = async () => {
    while (!signal.aborted) {
      const open = new Map(topics.map((topic) => [topic, new Map<string, number>()]))
      const onCaughtUp = () => {
        known = open
      }
      try {
        for await (const { topic, key, value, headers } of read({
          topics,
          from: 'beginning',
          onCaughtUp,
          signal,
        })) {
          const letters = open.get(topic)
          if (value === null) letters?.delete(key ?? '')
          else letters?.set(key ?? '', Date.parse(headers['dead-letter-at'] ?? ''))
        }
      } catch (error) {
        logger.warn('dead letters cannot be read, trying again', { error: messageOf(error) })
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }

  const ended = follow()
  return { open: (worker) => known && [...(known.get(names.deadLetterTopic(worker))?.values() ?? [])], ended }
}

const retryMs = 2000
