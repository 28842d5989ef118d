import { rm, stat } from 'node:fs/promises'
import type { Mutex } from '../../../lib/mutex.ts'
import { type LogFile, listLogFiles } from '../read/log-files.ts'
import { closeFile } from './close-file.ts'
import { indexPathOf } from './write-archive.ts'

export interface UpkeepOptions {
  folder: string
  /** How many days are kept; undefined for ever. */
  retentionDays: number | undefined
  /** Runs an action while nobody writes to the files of the folder. */
  withoutWriters: Mutex
  /** Closes the files of a day, if they are open. It is called while nobody writes. */
  release(day: string): Promise<void>
  signal: AbortSignal
}

const minuteMs = 60 * 1000
const dayMs = 24 * 60 * minuteMs
/** Hooks of a day can arrive later: from a spool, or because they are sent again. */
const openAfterEndMs = 2 * 60 * minuteMs
/** During a backlog, the records of a day come one after the other. */
const quietMs = 10 * minuteMs

/**
 * Compresses the days that are over, and deletes those that are older than the retention.
 *
 * @param now milliseconds since 1970
 */
export const keepUp = async (options: UpkeepOptions, now: number): Promise<void> => {
  const { folder, retentionDays, withoutWriters, release, signal } = options
  const files = listLogFiles(folder)
  const isExpired = ({ day }: LogFile) =>
    retentionDays !== undefined && endOf(day) + retentionDays * dayMs < now
  for (const file of files.filter(isExpired)) {
    await withoutWriters(() => release(file.day))
    for (const path of [file.path, indexPathOf(file.path)]) await rm(path, { force: true })
  }
  for (const file of files) {
    if (isExpired(file) || file.isArchive || endOf(file.day) + openAfterEndMs > now) continue
    if ((await stat(file.path)).mtimeMs + quietMs > now) continue
    signal.throwIfAborted()
    await withoutWriters(() => release(file.day))
    await closeFile(file.path, withoutWriters, signal)
  }
}

/** When a day ends, in milliseconds since 1970. */
const endOf = (day: string): number => Date.parse(day) + dayMs
