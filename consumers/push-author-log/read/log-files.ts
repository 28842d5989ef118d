import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** One file of the log. */
export interface LogFile {
  path: string
  /** `2026-11-30.ndjson`. */
  name: string
  /** `2026-11-30`, in UTC. */
  day: string
  /** Whether the day is closed, and the file compressed. */
  isArchive: boolean
}

/** The files of a folder, oldest day first. @param firstDay leaves out the days before it */
export const listLogFiles = (folder: string, firstDay = ''): LogFile[] =>
  readdirSync(folder)
    .filter((name) => /^\d{4}-\d\d-\d\d\.(ndjson|repeats)(\.zst)?$/.test(name))
    .map((name) => ({
      path: join(folder, name),
      name,
      day: name.slice(0, 10),
      isArchive: name.endsWith('.zst'),
    }))
    .filter(({ day }) => day >= firstDay)
    .sort((one, other) => (one.name < other.name ? -1 : 1))
