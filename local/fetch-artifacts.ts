import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Environment } from '../lib/config.ts'
import { createFolder } from '../lib/disk/create-folder.ts'
import { waitForLock } from '../lib/disk/lock.ts'
import { exists, prepareOnce } from '../lib/disk/prepare-once.ts'
import { UsageError } from '../lib/errors.ts'
import { type ArtifactName, artifacts } from './artifacts.ts'
import { requireMaven } from './java.ts'
import { findDamaged, recordDigests } from './verify-artifact.ts'

interface FetchOptions {
  cacheDir: string
  env: Environment
  /** Prints one line for the user. */
  print(line: string): void
  /** Aborts the download. */
  signal?: AbortSignal | undefined
}

/**
 * Downloads the artifacts that are not in the cache yet, or that are damaged there, with Maven. Prints one
 * line for each download.
 *
 * @throws UsageError if Maven is missing or cannot download
 */
export const fetchArtifacts = async (
  names: readonly ArtifactName[],
  { cacheDir, env, print, signal }: FetchOptions,
): Promise<void> => {
  if ((await areFetched(names, cacheDir)) && (await findAllDamaged(names, cacheDir)).length === 0) return
  await createFolder(cacheDir)
  const lock = await waitForLock(join(cacheDir, 'lock'), (pid) =>
    print(`waiting until the download of another process (${pid}) has finished`),
  )
  try {
    await removeDamaged(names, cacheDir, print)
    if (await areFetched(names, cacheDir)) return
    await requireMaven(env)
    for (const name of names) {
      const { title, mavenArgs } = artifacts[name]
      const isNew = !(await exists(artifactFolder(cacheDir, name)))
      await prepareOnce(artifactFolder(cacheDir, name), async (draft) => {
        print(`downloading ${title} from Maven Central …`)
        await runMaven(mavenArgs(draft), { title, env, cacheDir, cwd: draft, signal })
      })
      if (isNew) await recordDigests(artifactFolder(cacheDir, name))
    }
  } finally {
    await lock.release()
  }
}

const findAllDamaged = async (names: readonly ArtifactName[], cacheDir: string) => {
  const found = names.map(async (name) => {
    const folder = artifactFolder(cacheDir, name)
    const file = (await exists(folder)) ? await findDamaged(folder) : undefined
    return file === undefined ? [] : [{ name, folder, file }]
  })
  return (await Promise.all(found)).flat()
}

/** A download that is not complete any more is removed, so that it is downloaded again. */
const removeDamaged = async (
  names: readonly ArtifactName[],
  cacheDir: string,
  print: (line: string) => void,
): Promise<void> => {
  for (const { name, folder, file } of await findAllDamaged(names, cacheDir)) {
    print(`${artifacts[name].title} is damaged (${join(folder, file)}), so it is downloaded again`)
    await rm(folder, { recursive: true, force: true })
  }
}

/** The folder that holds the jars of an artifact after it was downloaded. */
export const artifactFolder = (cacheDir: string, name: ArtifactName): string =>
  join(cacheDir, artifacts[name].folder)

const areFetched = async (names: readonly ArtifactName[], cacheDir: string): Promise<boolean> => {
  const found = await Promise.all(names.map((name) => exists(artifactFolder(cacheDir, name))))
  return found.every(Boolean)
}

interface MavenOptions {
  title: string
  env: Environment
  /** The value of BRIDGE_CACHE_DIR, for messages. */
  cacheDir: string
  /** An empty folder, because Maven reads a pom.xml in its working folder. */
  cwd: string
  signal: AbortSignal | undefined
}

const runMaven = async (args: readonly string[], options: MavenOptions): Promise<void> => {
  const { title, env, cacheDir, cwd, signal } = options
  try {
    await promisify(execFile)('mvn', ['-B', '-q', '--strict-checksums', '-Dstyle.color=never', ...args], {
      cwd,
      env: env as NodeJS.ProcessEnv,
      ...(signal && { signal }),
    })
  } catch (error) {
    const { stdout = '', message } = error as { stdout?: string; message: string }
    const errorLine = stdout.split('\n').find((line) => /\[(ERROR|FATAL)\]/.test(line)) ?? message
    const reason = errorLine.replace(/^.*\[ERROR\]\s*/, '').slice(0, 400)
    throw new UsageError(
      `${title} could not be downloaded. Check the network, the settings of Maven, and whether the disk of ` +
        `${cacheDir} (BRIDGE_CACHE_DIR) is full. mvn reports: ${reason}`,
    )
  }
}
