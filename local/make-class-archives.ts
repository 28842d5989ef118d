import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { acquireLock } from '../lib/disk/lock.ts'
import { prepareOnce } from '../lib/disk/prepare-once.ts'
import { syncPath } from '../lib/disk/sync-path.ts'
import { messageOf } from '../lib/errors.ts'
import { type ArtifactName, artifacts } from './artifacts.ts'
import {
  archiveIn,
  archivePrefix,
  classArchiveFolder,
  classListEnding,
  findClassArchive,
} from './class-archive.ts'
import type { DataFolder } from './data-folder.ts'
import { artifactFolder } from './fetch-artifacts.ts'
import type { Java } from './java.ts'
import { runStep } from './process/run-step.ts'
import { recordDigests } from './verify-artifact.ts'

interface ArchiveOptions {
  /** The servers that have been started in this data folder. */
  servers: readonly ArtifactName[]
  dataFolder: Pick<DataFolder, 'path' | 'childProcesses'>
  cacheDir: string
  java: Java
  /** Prints one line for the user. */
  print(line: string): void
  /** Aborted when the stack stops. */
  signal: AbortSignal
}

/** The name of the process that makes an archive, among the child processes of the stack. */
export const archiveProcess = 'class-archive'

/**
 * Makes the archives that the servers have missed at their start, one after the other, with low priority.
 * Never rejects: without an archive, the next start only takes longer, and tries again.
 */
export const makeClassArchives = async (options: ArchiveOptions): Promise<void> => {
  try {
    const missing = await findMissing(options)
    if (missing.length > 0) await makeAll(missing, options)
  } catch (error) {
    if (options.signal.aborted) return
    options.print(
      `no class archive was made, so the next start takes as long as this one: ${messageOf(error)}`,
    )
  }
}

interface MissingArchive {
  name: ArtifactName
  jars: string
  classList: string
}

/** Reads the lists at once, because a server that is started again writes its list anew. */
const findMissing = async (options: ArchiveOptions): Promise<MissingArchive[]> => {
  const { servers, dataFolder, cacheDir, java } = options
  const found = servers.map(async (name) => {
    const jars = artifactFolder(cacheDir, name)
    if ((await findClassArchive({ java, jars })) !== undefined) return []
    const classList = await readClassLists(join(dataFolder.path, name))
    return classList === '' ? [] : [{ name, jars, classList }]
  })
  return (await Promise.all(found)).flat()
}

const makeAll = async (missing: readonly MissingArchive[], options: ArchiveOptions): Promise<void> => {
  const lock = await acquireLock(join(options.cacheDir, 'class-archives.lock'))
  if ('heldBy' in lock) return // Another stack makes them.
  try {
    for (const archive of missing) await makeArchive(archive, options)
  } finally {
    await lock.release()
  }
}

const makeArchive = async (
  { name, jars, classList }: MissingArchive,
  { dataFolder, cacheDir, java }: ArchiveOptions,
): Promise<void> => {
  if ((await findClassArchive({ java, jars })) !== undefined) return
  const folder = await classArchiveFolder({ java, jars })
  await removeOthers(cacheDir, jars)
  try {
    await prepareOnce(folder, async (draft) => {
      const list = join(draft, 'list')
      await writeFile(list, classList)
      await runStep(dataFolder.childProcesses, {
        name: archiveProcess,
        command: 'nice',
        args: [
          ...['-n', '19', java.command, '-Xshare:dump', '-Xmx128m', '-XX:+UseSerialGC'],
          ...[`-XX:SharedClassListFile=${list}`, `-XX:SharedArchiveFile=${archiveIn(draft)}`],
          ...['-Xlog:disable', '-Xlog:all=error:stderr', '-cp', artifacts[name].classPath(jars)],
        ],
        env: {},
        cwd: draft,
        output: join(dataFolder.path, 'logs', `${archiveProcess}.log`),
        stopSignal: 'SIGKILL',
      })
      await rm(list)
      // A power failure must not truncate the archive: Java ends when it reads behind the end of the file.
      await syncPath(archiveIn(draft))
    })
  } finally {
    await rm(`${folder}.new`, { recursive: true, force: true })
  }
  await recordDigests(folder)
}

/** Joins the lists of all programs that ran in the folder. The last line of a list may be incomplete. */
const readClassLists = async (folder: string): Promise<string> => {
  const lines = new Set<string>()
  for (const name of await readdir(folder)) {
    if (!name.endsWith(classListEnding)) continue
    const text = await readFile(join(folder, name), 'utf8')
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
      // The numbers of two lists would clash. Only classes of loaders other than Java's own need them.
      if (!line.includes(' source: ')) lines.add(line.replace(/ id: \d+$/, ''))
    }
  }
  return [...lines].join('\n')
}

/** Removes what cannot be used any more: archives of another Java or of other jars, and damaged ones. */
const removeOthers = async (cacheDir: string, jars: string): Promise<void> => {
  const prefix = basename(archivePrefix(jars))
  for (const name of await readdir(cacheDir))
    if (name.startsWith(prefix)) await rm(join(cacheDir, name), { recursive: true, force: true })
}
