import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../../lib/disk/write-atomically.ts'
import { DamagedBlockError, readBlocks } from '../archive/blocks.ts'
import { archiveOf } from '../archive/close-file.ts'
import { readWholeLines } from '../archive/whole-lines.ts'
import { listLogFiles } from '../read/log-files.ts'

/** Reads the lines that were added to the log since it was read last. */
export interface LogTail {
  /**
   * @param onLines called with whole lines and the name of their daily file, without `.zst`. Once it has
   * resolved, these lines are not read again, unless the process dies at that moment
   */
  readNew(onLines: OnLines): Promise<void>
}

type OnLines = (lines: Buffer, name: string) => Promise<void>

/** How many bytes of the lines of a file were read, and the digest of its first line. */
interface Place {
  bytes: number
  first: string
}

/** Name of a file → its place. */
type Places = Record<string, Place>

const pieceBytes = 256 * 1024
const start: Place = { bytes: 0, first: '' }
const archiveEnding = /\.zst$/

/**
 * At the first time all lines are read.
 *
 * @param placesPath where it remembers what was read
 */
export const openLogTail = (folder: string, placesPath: string): LogTail => {
  const readPlaces = async (): Promise<Places | undefined> => {
    try {
      return JSON.parse(await readFile(placesPath, 'utf8')) as Places
    } catch {
      return undefined
    }
  }
  const save = (places: Places) => writeAtomically(placesPath, JSON.stringify(places))

  /**
   * The files that have lines to be read. They are noted before they are read, because the worker may close
   * a day before all its lines were read. A closed day that is not noted was read completely.
   */
  const notePlaces = async (): Promise<Places> => {
    const known = await readPlaces()
    const files = listLogFiles(folder).filter(({ isArchive }) => !isArchive || known === undefined)
    const places = { ...Object.fromEntries(files.map(({ name }) => [name, start])), ...known }
    await save(places)
    return places
  }

  /** Reads a file that is open for lines. */
  const readOpen = async (places: Places, name: string, onLines: OnLines) => {
    const path = join(folder, name)
    const first = await firstLineDigest(path)
    const known = places[name] ?? start
    // A file that begins with another line was replaced.
    let { bytes } = known.first === first ? known : start
    for await (const lines of readWholeLines(path, pieceBytes, bytes)) {
      await onLines(lines, name)
      bytes += lines.length
      places[name] = { bytes, first }
      await save(places)
    }
  }

  return {
    readNew: async (onLines) => {
      const places = await notePlaces()
      for (const [noted, { bytes }] of Object.entries(places).sort()) {
        const name = noted.replace(archiveEnding, '')
        if (name === noted && existsSync(join(folder, name))) {
          await readOpen(places, name, onLines)
        } else {
          await readClosed(join(folder, archiveOf(name)), bytes, (lines) => onLines(lines, name))
          delete places[noted]
          await save(places)
        }
      }
    },
  }
}

/** The digest of the first whole line of a file; empty if it has none. */
const firstLineDigest = async (path: string): Promise<string> => {
  for await (const lines of readWholeLines(path, pieceBytes))
    return hash('sha256', lines.subarray(0, lines.indexOf('\n')))
  return ''
}

/**
 * Reads the lines of a closed day that were not read while it was open. Lines that came late are behind the
 * others, so it is safe to leave out as many bytes as were read. What is damaged cannot be read, and must not
 * hold up the lines of other days.
 */
const readClosed = async (
  archive: string,
  bytesRead: number,
  onLines: (lines: Buffer) => Promise<void>,
): Promise<void> => {
  if (!existsSync(archive)) return
  let known = bytesRead
  try {
    for await (const lines of readBlocks(archive)) {
      if (known < lines.length) await onLines(lines.subarray(known))
      known = Math.max(known - lines.length, 0)
    }
  } catch (error) {
    if (!(error instanceof DamagedBlockError)) throw error
  }
}
