import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LineFile, openLineFile } from '../../../lib/disk/line-file.ts'
import { archiveOf } from '../archive/close-file.ts'
import { readArchive } from '../archive/read-archive.ts'
import { splitLines } from '../archive/whole-lines.ts'
import type { PushLine } from '../push-line.ts'
import { parseLine } from '../read/parse-line.ts'
import type { NumberTable } from './number-table.ts'
import { createSeenPushes, type Order, type SeenPushes } from './seen-pushes.ts'

/** The open files of one day. */
export interface PushDay {
  /**
   * Resolves once every line is on disk. A line that the day has is not written again.
   *
   * When it fails, the day must be closed and opened again.
   * @throws ReplacedFileError
   */
  append(lines: readonly PushLine[]): Promise<void>
  close(): Promise<void>
  /** What the day remembers, for the day after. */
  table: NumberTable
}

/** A line that tells nothing new, as the file of repeats holds it. */
interface Repeat extends PushLine {
  order: Order
}

/**
 * Opens the files of a day: `<day>.ndjson` has the pushes, `<day>.repeats` the hooks that told nothing new,
 * which readers need to count pushes.
 *
 * @param day `YYYY-MM-DD`
 * @param before what the day before remembers
 */
export const openPushDay = async (
  folder: string,
  day: string,
  before: NumberTable | undefined,
): Promise<PushDay> => {
  const seen = createSeenPushes(before)
  const repeatsPath = join(folder, `${day}.repeats`)
  const pushesPath = join(folder, `${day}.ndjson`)
  for (const path of [pushesPath, repeatsPath]) await rememberArchive(seen, archiveOf(path))
  const openRepeats = () => openLineFile(repeatsPath, (text) => remember(seen, text))
  const pushes = await openLineFile(pushesPath, (text) => remember(seen, text))
  let repeats: LineFile | undefined
  try {
    if (existsSync(repeatsPath)) repeats = await openRepeats()
  } catch (error) {
    await pushes.close()
    throw error
  }

  return {
    append: async (lines) => {
      const verdicts = lines.map((line) => ({ line, verdict: seen.judge(line) }))
      const fresh = verdicts.flatMap(({ verdict }) => (verdict.kind === 'line' ? [verdict.line] : []))
      const repeated = verdicts.flatMap(({ line, verdict }): Repeat[] =>
        verdict.kind === 'repeat' ? [{ ...line, order: verdict.order }] : [],
      )
      if (repeated.length > 0) repeats ??= await openRepeats()
      // Also without lines, because a file that was removed has taken the known ones with it.
      const written = await Promise.allSettled([
        pushes.append(fresh.map((line) => JSON.stringify(line))),
        repeats?.append(repeated.map((line) => JSON.stringify(line))),
      ])
      for (const result of written) if (result.status === 'rejected') throw result.reason
    },
    close: async () => {
      await Promise.all([pushes.close(), repeats?.close()])
    },
    table: seen.table,
  }
}

/** A day that was closed is opened again for lines that come late. What is damaged cannot be remembered. */
const rememberArchive = async (seen: SeenPushes, path: string): Promise<void> => {
  if (!existsSync(path)) return
  await readArchive(path, undefined, (lines) => {
    for (const text of splitLines(lines)) remember(seen, text)
  })
}

/** A line of another program is left alone. */
const remember = (seen: SeenPushes, text: string): void => {
  const line = parseLine(text) as (Partial<Repeat> & PushLine) | undefined
  if (line?.delivery_id !== undefined) seen.remember(line, line.order ?? 'separate')
}
