import { readFile, rm } from 'node:fs/promises'
import { writeAtomically } from '../../../lib/disk/write-atomically.ts'
import type { Hook } from '../../hook.ts'

/**
 * Remembers on disk which hook of the spool is being prepared, and how often it has been begun. If the
 * process dies with the hook in hand, the next process finds the note. So a hook cannot end every process
 * that tries it.
 */
export interface InHand {
  /** @returns how often a process has died with this hook in hand */
  begin(hook: Hook): Promise<number>
  /** The process has survived the hook. */
  end(hook: Hook): Promise<void>
}

/** The name of the note in the folder of the spool. */
export const inHandName = 'in-hand.json'

/** The note names only the hooks of the last deaths. Older entries belong to hooks that never came back. */
const maxEntries = 100

/**
 * @param path of the note, which is beside the spool. If the disk does not take it, the hook is prepared all
 *   the same: the limits of the child process protect this process, too.
 */
export const createInHand = (path: string): InHand => {
  let reading: Promise<Map<string, number>> | undefined
  const read = () => {
    reading ??= readNote(path)
    return reading
  }
  const write = async (begun: ReadonlyMap<string, number>) => {
    const text = JSON.stringify(Object.fromEntries([...begun].slice(-maxEntries)))
    await (begun.size === 0 ? rm(path, { force: true }) : writeAtomically(path, text)).catch(() => undefined)
  }
  return {
    begin: async (hook) => {
      const begun = await read()
      const before = begun.get(keyOf(hook)) ?? 0
      begun.set(keyOf(hook), before + 1)
      await write(begun)
      return before
    },
    end: async (hook) => {
      const begun = await read()
      begun.delete(keyOf(hook))
      await write(begun)
    },
  }
}

/** A resend has the same id. */
const keyOf = ({ id, receivedAt }: Hook): string => `${id} ${receivedAt}`

const readNote = async (path: string): Promise<Map<string, number>> => {
  try {
    const note = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    return new Map(
      Object.entries(note).filter((entry): entry is [string, number] => Number.isInteger(entry[1])),
    )
  } catch {
    // There is no note, or the process died while it was written.
    return new Map()
  }
}
