import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openPushDay, type PushDay } from './push-day.ts'

/** The days whose files are open. The methods are called one at a time. */
export interface OpenDays {
  /** @param day `YYYY-MM-DD` */
  open(day: string): Promise<PushDay>
  close(day: string): Promise<void>
  closeAll(): Promise<void>
  /** Closes the days that were not used for longest, where too many are open. */
  closeOldest(): Promise<void>
}

/** Late records and a backlog belong to earlier days than the current one. */
const maxOpenDays = 4
const dayMs = 24 * 60 * 60 * 1000

export const createOpenDays = (folder: string): OpenDays => {
  /** The day that was used last is at the end. */
  const days = new Map<string, PushDay>()

  /**
   * Hooks that report one push can arrive before and after midnight. If the day before cannot be read, a push
   * may become two lines, which a reader counts as one.
   */
  const openBefore = async (day: string): Promise<PushDay | undefined> => {
    const before = new Date(Date.parse(day) - dayMs).toISOString().slice(0, 10)
    if (!existsSync(join(folder, `${before}.ndjson`))) return undefined
    const opened = days.get(before) ?? (await openPushDay(folder, before, undefined).catch(() => undefined))
    if (opened !== undefined) days.set(before, opened)
    return opened
  }

  const close = async (day: string) => {
    const opened = days.get(day)
    days.delete(day)
    await opened?.close().catch(() => undefined)
  }

  const closeEach = async (which: readonly string[]) => {
    for (const day of which) await close(day)
  }

  return {
    open: async (day) => {
      const known = days.get(day)
      const opened = known ?? (await openPushDay(folder, day, (await openBefore(day))?.table))
      days.delete(day)
      days.set(day, opened)
      return opened
    },
    close,
    closeAll: () => closeEach([...days.keys()]),
    closeOldest: () => closeEach([...days.keys()].slice(0, -maxOpenDays)),
  }
}
