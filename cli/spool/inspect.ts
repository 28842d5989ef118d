import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inspectSegments, readSetAside } from '../../ingress/spool/inspect-files.ts'
import { createSpoolFolder, noteName, segmentSuffix } from '../../ingress/spool/spool-folder.ts'
import { asideName } from '../../ingress/spool/spool-folders.ts'
import { spoolFolderOf } from '../../ingress/spool/spool-place.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { filesOf, noSpool, spoolPrefixes } from './spool-files.ts'
import { spoolPlaceVariables } from './spool-place-variables.ts'
import { rowOf, type SpoolRow } from './spool-row.ts'

/**
 * Lists everything in the folder of the spool, as it is on disk. Nothing is changed.
 *
 * @throws UsageError if a folder is missing or cannot be read, so that it is not mistaken for an empty spool
 */
export async function* inspectSpool(env: Environment): AsyncGenerator<SpoolRow> {
  const folder = spoolFolderOf(readVariables(spoolPlaceVariables, env))
  const files = await filesOf(folder)
  if (files === undefined) throw noSpool(folder)
  for (const prefix of spoolPrefixes(files)) yield* rowsOfSpool(folder, prefix)
  for (const file of (await filesOf(join(folder, asideName))) ?? []) yield* rowsSetAside(folder, file)
}

async function* rowsOfSpool(folder: string, prefix: string): AsyncGenerator<SpoolRow> {
  const spool = createSpoolFolder(folder, prefix, { keep: refuse, keepFile: refuse })
  const fileOf = (segment: string) => prefix + segment + segmentSuffix
  try {
    for await (const found of inspectSegments(spool, (segment) =>
      readIfThere(join(folder, fileOf(segment))),
    )) {
      if (found.kind === 'note') yield { place: prefix + noteName, state: 'corrupt', bytes: found.bytes }
      else if (found.kind === 'unreadable') yield* unreadable(folder, fileOf(found.segment))
      else {
        const { segment, stretch, content, isDrained } = found
        yield rowOf(fileOf(segment), stretch, content, isDrained ? 'drained' : 'waiting')
      }
    }
  } finally {
    await spool.close()
  }
}

const refuse = async () => {
  throw new Error('an inspection sets nothing aside')
}

async function* rowsSetAside(folder: string, name: string): AsyncGenerator<SpoolRow> {
  const file = join(asideName, name)
  const content = await readIfThere(join(folder, file)).catch(() => 'unreadable' as const)
  if (content === 'unreadable') yield* unreadable(folder, file)
  // An operator may have moved the file away, or the ingress may have published it.
  if (content === 'unreadable' || content === undefined) return
  for (const stretch of readSetAside(name, content)) {
    const row = rowOf(file, stretch, content, 'set aside')
    yield row.state === 'missing' ? row : { ...row, state: 'set aside' }
  }
}

async function* unreadable(folder: string, file: string): AsyncGenerator<SpoolRow> {
  yield { place: file, state: 'unreadable', bytes: (await stat(join(folder, file))).size }
}

const readIfThere = (path: string): Promise<Buffer | undefined> =>
  readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
