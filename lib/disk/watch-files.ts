import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { messageOf } from '../errors.ts'
import type { Logger } from '../logger.ts'

/** What was read, and every file it was read from. */
export interface Reading<T> {
  value: T
  files: readonly string[]
}

export interface WatchOptions<T> {
  /** What is read, for the log. */
  name: 'credentials' | 'certificates'
  /** @throws Error where what the files hold cannot be used */
  read(): Reading<T>
  /** Told what was read, at the start and after each change. */
  onRead(value: T): void
  logger: Logger
}

export interface Watched<T> {
  /** What was read last and could be used. */
  current(): T
  close(): void
}

const lookEveryMs = 2000

/**
 * Reads files, and reads them again when one of them changes: nothing that is kept in them asks for a restart.
 * A change that cannot be used is logged once, and what was read before stays.
 *
 * @throws what `read` throws at the start
 */
export const watchFiles = <T>({ name, read, onRead, logger }: WatchOptions<T>): Watched<T> => {
  let known = readSettled(read, [])
  onRead(known.value)
  let fault: string | undefined

  const timer = setInterval(() => {
    // What is at fault may lie in a file that is not watched yet, such as one of secrets that comes later.
    if (stampOf(known.files) === known.stamp && fault === undefined) return
    try {
      const settled = readSettled(read, known.files)
      onRead(settled.value)
      known = settled
      fault = undefined
      logger.info(`${name} read again`)
    } catch (error) {
      if (fault !== messageOf(error))
        logger.error(`changed ${name} cannot be used, the old ones stay`, { error: messageOf(error) })
      fault = messageOf(error)
    }
  }, lookEveryMs).unref()

  return { current: () => known.value, close: () => clearInterval(timer) }
}

/** A reading, and the stamp of its files from before they were read. */
interface Stamped<T> extends Reading<T> {
  stamp: string
}

const maxReadings = 5

/** Reads until nothing changed meanwhile, nor was any file named that is not among those stamped. What never settles is read again at the next look. */
const readSettled = <T>(read: () => Reading<T>, files: readonly string[], readings = 1): Stamped<T> => {
  const stamp = stampOf(files)
  const reading = read()
  if (stampOf(reading.files) === stamp || readings === maxReadings) return { ...reading, stamp }
  return readSettled(read, reading.files, readings + 1)
}

/** Changes when a file's content does. Its time would not do: two changes within a tick of the clock have one. */
const stampOf = (files: readonly string[]): string =>
  files.map((file) => `${file} ${digestOf(file)}`).join('\n')

const digestOf = (file: string): string => {
  try {
    return hash('sha256', readFileSync(file))
  } catch {
    return 'unreadable' // why, `read` says
  }
}
