import { hash } from 'node:crypto'
import { messageOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { readRegularFile } from '../read-regular-file.ts'

/** A value, and every file it was read from. */
export interface Reading<T> {
  value: T
  files: readonly string[]
}

export interface WatchOptions<T> {
  /** The content of the files, for the log. */
  name:
    | 'credentials'
    | 'certificates'
    | 'settings of the GitLab API'
    | 'tokens of the directory'
    | 'tokens of the feed'
    | 'routes'
    | 'list of reviewers'
  /** Reads the value. @throws Error if the files cannot be used */
  read(): Reading<T>
  /** Called with the value at the start and after each change. */
  onRead(value: T): void
  logger: Logger
}

export interface Watched<T> {
  /** The last value that could be used. */
  current(): T
  close(): void
}

const pollMs = 2000

/**
 * Reads files, and reads them again when one of them changes, so that a change needs no restart. If the
 * changed files cannot be used, the error is logged once and the value stays as it was.
 *
 * @throws whatever `read` throws at the start
 */
export const watchFiles = <T>({ name, read, onRead, logger }: WatchOptions<T>): Watched<T> => {
  let last = readUntilStable(read, [])
  onRead(last.value)
  let problem: string | undefined

  const poll = () => {
    // After an error the files are read again each time: the cause may be a file that is not watched yet,
    // such as a file of secrets that does not exist.
    if (problem === undefined && stampOf(last.files) === last.stamp) return
    try {
      const changed = readUntilStable(read, last.files)
      onRead(changed.value)
      last = changed
      problem = undefined
      logger.info(`the ${name} have changed and were read again`)
    } catch (error) {
      const message = messageOf(error)
      if (problem !== message)
        logger.error(`the changed ${name} cannot be used, the old ones stay in use`, { error: message })
      problem = message
    }
  }
  const timer = setInterval(poll, pollMs).unref()
  return { current: () => last.value, close: () => clearInterval(timer) }
}

/** A reading with the stamp that its files had before they were read. */
interface StampedReading<T> extends Reading<T> {
  stamp: string
}

const maxReadings = 5

/**
 * Reads until no file changed during the reading. Files that change all the time are used as they are and
 * are read again with the next poll.
 *
 * @param files those that are known so far; `read` may name others
 */
const readUntilStable = <T>(
  read: () => Reading<T>,
  files: readonly string[],
  readings = 1,
): StampedReading<T> => {
  const stamp = stampOf(files)
  const reading = read()
  if (stampOf(reading.files) === stamp || readings === maxReadings) return { ...reading, stamp }
  return readUntilStable(read, reading.files, readings + 1)
}

/**
 * A text that changes when the content of a file changes. The time of modification is not enough: two
 * changes can have the same time.
 */
const stampOf = (files: readonly string[]): string =>
  files.map((file) => `${file} ${digestOf(file)}`).join('\n')

/** An unreadable file is no error here. `read` reports it. */
const digestOf = (file: string): string => {
  try {
    return hash('sha256', readRegularFile(file))
  } catch {
    return 'unreadable'
  }
}
