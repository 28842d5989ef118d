import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { acquireLock } from '../../../lib/disk/lock.ts'
import { UsageError } from '../../../lib/errors.ts'
import { createMutex } from '../../../lib/mutex.ts'
import type { DeliveryMemory } from '../middleware/skip-repeats.ts'
import { type Generations, openGenerations } from './generations.ts'

/** The deliveries that a worker has handled, remembered on disk for some days. */
export interface HandledDeliveries extends DeliveryMemory {
  close(): Promise<void>
}

/** The folder in which a worker's process remembers its deliveries. @param dataDir BRIDGE_DATA_DIR */
export const handledFolder = (dataDir: string, worker: string): string => join(dataDir, 'handled', worker)

/**
 * Opens the memory of a worker, and creates its folder where it does not exist.
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
      `process ${lock.heldBy} uses ${folder}: give each process of a worker its own BRIDGE_DATA_DIR`,
    )
  try {
    const generations = await openGenerations(folder, keptDays, now)
    return createHandledDeliveries(generations, lock)
  } catch (error) {
    await lock.release()
    throw error
  }
}

const createHandledDeliveries = (
  generations: Generations,
  lock: { release(): Promise<void> },
): HandledDeliveries => {
  const oneAtATime = createMutex()
  /** Keys that are known, but not on disk yet. */
  let pending: readonly string[] = []

  const writePending = async () => {
    if (pending.length === 0) return
    await generations.renew()
    const keys = pending
    await generations.write(keys)
    pending = pending.slice(keys.length)
  }

  return {
    has: generations.has,
    remember: (keys) => {
      generations.add(keys)
      pending = [...pending, ...keys]
      return oneAtATime(writePending)
    },
    close: () =>
      oneAtATime(async () => {
        await generations.close()
        await lock.release()
      }),
  }
}

/** Forgets all deliveries, so that they are handled again. No process may use the folder meanwhile. */
export const forgetHandledDeliveries = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true })
