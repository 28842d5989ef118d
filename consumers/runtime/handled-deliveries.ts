import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type LineFile, openLineFile } from '../../lib/disk/line-file.ts'
import { acquireLock } from '../../lib/disk/lock.ts'
import { UsageError } from '../../lib/errors.ts'

/** Deliveries that a worker has handled, remembered on disk for a time. */
export interface HandledDeliveries {
  has(key: string): boolean
  /**
   * Resolves once they are on disk, and with them all that could not be written before. They are known at once: a full disk must
   * not have done again what was done. @param keys each of one line
   */
  remember(keys: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** What was handled within a time, in a file of its own. */
interface Generation {
  /** Milliseconds since 1970; names the file. */
  startedAt: number
  keys: Set<string>
  /** Undefined once writing has failed: it is to be opened again. */
  file: Pick<LineFile, 'append' | 'close'> | undefined
}

const dayMs = 86_400_000

/** A generation ends with so many keys, however young it is: they are in memory, too. */
const maxKeys = 100_000

/** Where a worker's process remembers them. @param dataDir BRIDGE_DATA_DIR */
export const handledFolder = (dataDir: string, worker: string): string => join(dataDir, 'handled', worker)

/**
 * There are two generations; when the younger one is as old as keys are to be kept, another begins and the older one goes. So a key
 * is known for that long at least, and about twice as long at most.
 *
 * @throws UsageError while another process uses the folder
 */
export const openHandledDeliveries = async (
  folder: string,
  keptDays: number,
  now: () => number = Date.now,
): Promise<HandledDeliveries> => {
  const lock = await acquireLock(join(folder, 'lock'))
  if ('heldBy' in lock)
    throw new UsageError(
      `${folder} is in use by process ${lock.heldBy}: give each process of a worker a BRIDGE_DATA_DIR of its own`,
    )

  const open = async (startedAt: number): Promise<Generation> => {
    const { lines, ...file } = await openLineFile(join(folder, fileOf(startedAt)))
    return { startedAt, keys: new Set(lines), file }
  }
  const [last = now(), oneBefore] = await generationsIn(folder)
  let current = await open(last)
  let previous = oneBefore === undefined ? undefined : await open(oneBefore)
  await previous?.file?.close()

  const begin = async () => {
    const next = await open(Math.max(now(), current.startedAt + 1))
    await current.file?.close()
    previous = current
    current = next
    const [, , ...expired] = await generationsIn(folder)
    for (const startedAt of expired) await rm(join(folder, fileOf(startedAt)))
  }

  let pending: readonly string[] = []
  const write = async () => {
    if (pending.length === 0) return
    if (now() - current.startedAt >= keptDays * dayMs || current.keys.size >= maxKeys) await begin()
    const keys = pending
    try {
      current.file ??= (await open(current.startedAt)).file
      await current.file?.append(keys)
    } catch (error) {
      current.file = undefined
      throw error
    }
    pending = pending.slice(keys.length)
  }

  let writing = Promise.resolve()
  return {
    has: (key) => current.keys.has(key) || previous?.keys.has(key) === true,
    remember: (keys) => {
      for (const key of keys) current.keys.add(key)
      pending = [...pending, ...keys]
      const written = writing.then(write)
      writing = written.catch(() => undefined)
      return written
    },
    close: async () => {
      await writing
      await current.file?.close()
      await lock.release()
    },
  }
}

/** Lets all of it be handled again; nothing may use the folder. */
export const forgetHandledDeliveries = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true })

const fileOf = (startedAt: number) => `${startedAt}.ndjson`

/** The youngest first. */
const generationsIn = async (folder: string): Promise<number[]> =>
  (await readdir(folder))
    .flatMap((name) => /^(\d+)\.ndjson$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => other - one)
