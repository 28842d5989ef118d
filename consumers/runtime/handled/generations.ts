import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type LineFile, openLineFile } from '../../../lib/disk/line-file.ts'

/**
 * Keys that are forgotten after a time. They are kept in two generations, each with a file of its own. When
 * the younger generation is as old as keys must be kept, a new one begins and the older one is deleted. So a
 * key is known for at least that time, and for about twice as long at most.
 */
export interface Generations {
  has(key: string): boolean
  /** Makes the keys known at once, but does not write them. */
  add(keys: readonly string[]): void
  /** Begins a new generation when the current one is old or full. */
  renew(): Promise<void>
  /** Resolves once the keys are on disk, in the file of the current generation. */
  write(keys: readonly string[]): Promise<void>
  close(): Promise<void>
}

interface Generation {
  /** Milliseconds since 1970. It is the name of the file. */
  startedAt: number
  keys: Set<string>
  /** Undefined after a failed write. The file must then be opened again. */
  file: Pick<LineFile, 'append' | 'close'> | undefined
}

const dayMs = 86_400_000

/** A generation ends with this many keys, even if it is young, because all keys are in memory. */
const maxKeys = 100_000

/** Opens the generations in a folder, which must exist. */
export const openGenerations = async (
  folder: string,
  keptDays: number,
  now: () => number,
): Promise<Generations> => {
  const [last = now(), oneBefore] = await generationsIn(folder)
  let current: Generation = await openGeneration(folder, last)
  let previous: Generation | undefined =
    oneBefore === undefined ? undefined : await openGeneration(folder, oneBefore)
  await previous?.file?.close()

  return {
    has: (key) => current.keys.has(key) || previous?.keys.has(key) === true,
    add: (keys) => {
      for (const key of keys) current.keys.add(key)
    },
    renew: async () => {
      const isOld = now() - current.startedAt >= keptDays * dayMs
      if (!isOld && current.keys.size < maxKeys) return
      const next = await openGeneration(folder, Math.max(now(), current.startedAt + 1))
      await current.file?.close()
      previous = current
      current = next
      await deleteExpired(folder)
    },
    write: async (keys) => {
      for (const key of keys) current.keys.add(key)
      try {
        await current.file?.append(keys)
        current.file ??= await writeAgain(folder, current)
      } catch (error) {
        current.file = undefined
        throw error
      }
    },
    close: async () => current.file?.close(),
  }
}

const openGeneration = async (folder: string, startedAt: number) => {
  const keys = new Set<string>()
  const file = await openLineFile(join(folder, fileName(startedAt)), (key) => void keys.add(key))
  return { startedAt, keys, file }
}

/** Opens the file of a generation again. It may be a new one, so the keys that it lacks are written to it. */
const writeAgain = async (folder: string, { startedAt, keys }: Generation) => {
  const { file, keys: written } = await openGeneration(folder, startedAt)
  await file.append([...keys].filter((key) => !written.has(key)))
  return file
}

const deleteExpired = async (folder: string) => {
  const [, , ...expired] = await generationsIn(folder)
  for (const startedAt of expired) await rm(join(folder, fileName(startedAt)))
}

const fileName = (startedAt: number) => `${startedAt}.ndjson`

/** When the generations in the folder started. The youngest is first. */
const generationsIn = async (folder: string): Promise<number[]> =>
  (await readdir(folder))
    .flatMap((name) => /^(\d+)\.ndjson$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => other - one)
