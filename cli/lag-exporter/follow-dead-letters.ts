import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from '../../consumers/consumer.ts'
import { messageOf } from '../../lib/errors.ts'
import type { LogMessage, ReadLogOptions } from '../../lib/kafka/log-reader.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Names } from '../../schemas/topics.ts'

export interface FollowedDeadLetters {
  /**
   * When each open dead letter of a worker was dead-lettered, milliseconds since 1970. Undefined until all
   * dead-letter topics have been read once.
   */
  open(worker: string): readonly number[] | undefined
  /** Resolves after the signal has been aborted. */
  ended: Promise<void>
}

/** How long to wait before the topics are read again after an error, in milliseconds. */
const retryMs = 2000

/** Topic → key of an open dead letter → when it was dead-lettered. */
type OpenLetters = ReadonlyMap<string, Map<string, number>>

/**
 * Follows the dead-letter topics of all workers and counts the dead letters that are open. After an error it
 * reads the topics again from the beginning; until it has caught up, the result from before the error stays
 * valid.
 */
export const followDeadLetters = (
  read: (options: ReadLogOptions) => AsyncIterable<LogMessage>,
  names: Names,
  workers: readonly Pick<Consumer, 'name'>[],
  signal: AbortSignal,
  logger: Logger,
): FollowedDeadLetters => {
  const topics = workers.map(({ name }) => names.deadLetterTopic(name))
  let known: OpenLetters | undefined

  const readFromBeginning = async () => {
    const letters: OpenLetters = new Map(topics.map((topic) => [topic, new Map()]))
    const onCaughtUp = () => {
      known = letters
    }
    for await (const message of read({ topics, from: 'beginning', onCaughtUp, signal }))
      apply(letters, message)
  }

  const follow = async () => {
    while (!signal.aborted) {
      try {
        await readFromBeginning()
      } catch (error) {
        logger.warn('the dead-letter topics could not be read and will be read again', {
          error: messageOf(error),
          retry_ms: retryMs,
        })
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }

  return {
    open: (worker) => known && [...(known.get(names.deadLetterTopic(worker))?.values() ?? [])],
    ended: follow(),
  }
}

/** A tombstone settles a dead letter; any other message opens one. */
const apply = (letters: OpenLetters, { topic, key, value, headers }: LogMessage): void => {
  const ofTopic = letters.get(topic)
  if (value === null) ofTopic?.delete(key ?? '')
  else ofTopic?.set(key ?? '', Date.parse(headers['dead-letter-at'] ?? ''))
}
