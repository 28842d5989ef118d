import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { writeAtomically } from '../lib/disk/write-atomically.ts'

/** One downloaded file, as it was when the download was complete. */
interface FileRecord {
  sha256: string
  bytes: number
  /** When it was last changed, in milliseconds since 1970. */
  changedAt: number
}

/** The records of a downloaded folder are in a file beside it, because Java reads the whole folder. */
const recordsFile = (folder: string): string => `${folder}.digests.json`

/** Records the digest of every file of a download that is complete. */
export const recordDigests = async (folder: string): Promise<void> => {
  const records: Record<string, FileRecord> = {}
  for (const name of await filesIn(folder)) {
    const path = join(folder, name)
    records[name] = { sha256: await digestOf(path), ...(await stateOf(path)) }
  }
  await writeAtomically(recordsFile(folder), JSON.stringify(records))
}

/**
 * Checks that the files of a download are as they were when it was complete. A file that has not changed in
 * size and time is not read again. The files of a download without records are checked for their end only.
 *
 * @returns the name of a file that is missing, truncated or changed; undefined if there is none
 */
export const findDamaged = async (folder: string): Promise<string | undefined> => {
  const records = await readRecords(folder)
  if (records === undefined) return findTruncated(folder)
  for (const [name, record] of Object.entries(records))
    if (await isDamaged(join(folder, name), record)) return name
  return undefined
}

const readRecords = async (folder: string): Promise<Record<string, FileRecord> | undefined> => {
  try {
    return JSON.parse(await readFile(recordsFile(folder), 'utf8')) as Record<string, FileRecord>
  } catch {
    return undefined
  }
}

const isDamaged = async (path: string, { sha256, bytes, changedAt }: FileRecord): Promise<boolean> => {
  const state = await stateOf(path).catch(() => undefined)
  if (state === undefined || state.bytes !== bytes) return true
  return state.changedAt !== changedAt && (await digestOf(path)) !== sha256
}

const findTruncated = async (folder: string): Promise<string | undefined> => {
  for (const name of await filesIn(folder))
    if (name.endsWith('.jar') && !(await hasZipEnd(join(folder, name)))) return name
  return undefined
}

/** A jar is a zip file. It ends with a directory of its content, behind which only a comment may follow. */
const hasZipEnd = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(Math.min(size, 70_000))
    await file.read(tail, 0, tail.length, size - tail.length)
    return tail.includes(Buffer.from('PK\x05\x06'))
  } finally {
    await file.close()
  }
}

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

const stateOf = async (path: string): Promise<Omit<FileRecord, 'sha256'>> => {
  const { size, mtimeMs } = await stat(path)
  return { bytes: size, changedAt: mtimeMs }
}

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
