import { open } from 'node:fs/promises'
import { readLines } from '../../../lib/disk/read-lines.ts'
import { archiveOf } from '../archive/close-file.ts'
import { readArchive } from '../archive/read-archive.ts'
import { splitLines } from '../archive/whole-lines.ts'
import type { PushLine } from '../push-line.ts'
import type { LineFilter } from './line-filter.ts'
import { type LogFile, listLogFiles } from './log-files.ts'
import { parseLine } from './parse-line.ts'
import { scanLines, scanPlain } from './scan-plain.ts'

/** The files of a log. Several folders are one log: hosts that shared the work have one folder each. */
export interface LogReader {
  /**
   * Reads the lines that the filter lets through; without a filter all lines.
   *
   * @param firstDay `YYYY-MM-DD`. The days before it are not read
   */
  read(filter: LineFilter | undefined, firstDay: string, onLine: (line: PushLine) => void): Promise<void>
}

/** @param report called with a sentence for each file that has lines that cannot be read */
export const createLogReader = (
  folders: readonly string[],
  report: (sentence: string) => void,
): LogReader => {
  const readFile = async (
    file: LogFile,
    filter: LineFilter | undefined,
    onLine: (line: PushLine) => void,
  ) => {
    const unreadable: number[] = []
    let number = 0
    const onText = (text: string) => {
      number += 1
      const line = parseLine(text)
      if (line !== undefined) onLine(line)
      else unreadable.push(number)
    }
    if (!file.isArchive) await readPlain(file.path, filter, onText)
    else if ((await readCompressed(file.path, filter, onText)) === 'damaged')
      report(`${file.name}: a part of the file is damaged. Pushes may be missing.`)
    // With a filter, not all lines are read, so their numbers are not known.
    if (unreadable.length > 0 && filter === undefined) report(describeUnreadable(file.name, unreadable))
  }

  return {
    read: async (filter, firstDay, onLine) => {
      for (const file of folders.flatMap((folder) => listLogFiles(folder, firstDay)))
        await readFile(file, filter, onLine).catch(async (error: unknown) => {
          const archive = { path: archiveOf(file.path), name: archiveOf(file.name), isArchive: true }
          // The worker has closed the day since the files were listed.
          if (file.isArchive || !isMissing(error)) throw error
          await readFile({ ...file, ...archive }, filter, onLine)
        })
    },
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

const readPlain = async (
  path: string,
  filter: LineFilter | undefined,
  onText: (text: string) => void,
): Promise<void> => {
  if (filter !== undefined) return scanPlain(path, filter.texts, onText)
  const file = await open(path)
  try {
    await readLines(file, onText)
  } finally {
    await file.close()
  }
}

const readCompressed = (path: string, filter: LineFilter | undefined, onText: (text: string) => void) =>
  readArchive(path, filter, (lines) => {
    if (filter !== undefined) scanLines(lines, filter.texts, onText)
    else for (const text of splitLines(lines)) onText(text)
  })

const describeUnreadable = (name: string, numbers: readonly number[]): string =>
  `${name}: ${numbers.length} line${numbers.length === 1 ? '' : 's'} cannot be read as a push, ` +
  `the first is line ${numbers[0]}.`
