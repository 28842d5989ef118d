import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from '../../consumers/consumer.ts'
import { messageOf } from '../../lib/errors.ts'
import type { LogMessage, ReadLogOptions } from '../../lib/kafka/log-reader.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Names } from '../../schemas/topics.ts'

export interface FollowedDeadLetters {
  /**
   * When each open dead letter of a worker was dead-lettered, milliseconds since 1970. Undefined until its
   * dead-letter topic has been read once, and while that topic does not exist.
   */
  open(worker: string): readonly number[] | undefined
  /** Resolves after the signal has been aborted. */
  ended: Promise<void>
}

/** How long to wait before a topic is read again after an error, in milliseconds. */
const retryMs = 2000

type Read = (options: ReadLogOptions) => AsyncIterable<LogMessage>

/** Key of an open dead letter → when it was dead-lettered. */
type OpenLetters = Map<string, number>

/**
 * Follows the dead-letter topics of all workers and counts the dead letters that are open. Each topic is read
 * by itself, so that a topic that is missing or cannot be read hides no other. After an error it reads the
 * topic again from the beginning; until it has caught up, the result from before the error stays valid.
 */
export const followDeadLetters = (
  read: Read,
  names: Names,
  workers: readonly Pick<Consumer, 'name'>[],
  signal: AbortSignal,
  logger: Logger,
): FollowedDeadLetters => {
  const followed = new Map(
    workers.map(({ name }) => [name, followTopic(read, names.deadLetterTopic(name), signal, logger)]),
  )
  return {
    open: (worker) => followed.get(worker)?.open(),
    ended: Promise.all([...followed.values()].map(({ ended }) => ended)).then(() => undefined),
  }
}

const followTopic = (read: Read, topic: string, signal: AbortSignal, logger: Logger) => {
  let known: OpenLetters | undefined
  let isMissing = false

  const onMissing = () => {
    known = undefined
    if (!isMissing)
      logger.warn(
        'a dead-letter topic does not exist, so its dead letters are not counted: run `bridge setup`',
        {
          topic,
        },
      )
    isMissing = true
  }

  const readFromBeginning = async () => {
    const letters: OpenLetters = new Map()
    let exists = true
    const onCaughtUp = () => {
      if (!exists) return
      known = letters
      isMissing = false
    }
    const noteMissing = () => {
      exists = false
      onMissing()
    }
    const options = {
      topics: [topic],
      from: 'beginning',
      onMissing: noteMissing,
      onCaughtUp,
      signal,
    } as const
    for await (const message of read(options)) apply(letters, message)
  }

  const follow = async () => {
    while (!signal.aborted) {
      try {
        await readFromBeginning()
      } catch (error) {
        logger.warn('a dead-letter topic could not be read and will be read again', {
          topic,
          error: messageOf(error),
          retry_ms: retryMs,
        })
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }

  return { open: () => known && [...known.values()], ended: follow() }
}

/** A tombstone settles a dead letter; any other message opens one. */
const apply = (letters: OpenLetters, { key, value, timestamp, headers }: LogMessage): void => {
  const at = Date.parse(headers['dead-letter-at'] ?? '')
  if (value === null) letters.delete(key ?? '')
  else letters.set(key ?? '', Number.isNaN(at) ? timestamp : at)
}
