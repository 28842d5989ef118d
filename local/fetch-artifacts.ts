import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Environment } from '../lib/config.ts'
import { waitForLock } from '../lib/disk/lock.ts'
import { UsageError } from '../lib/errors.ts'
import { type ArtifactName, artifacts } from './artifacts.ts'
import { requireMaven } from './java.ts'
import { exists, prepareOnce } from './process/prepare-once.ts'

/**
 * Downloads what the cache does not have yet, by Maven; says one line for each download, nothing when all is there.
 *
 * @throws UsageError when Maven is missing or cannot download
 */
export const fetchArtifacts = async (
  names: readonly ArtifactName[],
  { cacheDir, env, say, signal }: FetchOptions,
): Promise<void> => {
  if (await areThere(names, cacheDir)) return
  await mkdir(cacheDir, { recursive: true })
  const lock = await waitForLock(join(cacheDir, 'lock'), (pid) =>
    say(`waiting for another download (process ${pid})`),
  )
  try {
    if (await areThere(names, cacheDir)) return
    await requireMaven(env)
    for (const name of names) {
      const { title, fetchInto } = artifacts[name]
      await prepareOnce(artifactFolder(cacheDir, name), async (draft) => {
        say(`downloading ${title} from Maven Central …`)
        await mvn(fetchInto(draft), { title, env, cwd: draft, signal })
      })
    }
  } finally {
    await lock.release()
  }
}

interface FetchOptions {
  cacheDir: string
  env: Environment
  say(line: string): void
  /** Aborted when the user no longer wants to wait. */
  signal?: AbortSignal | undefined
}

/** Where one part's jars are once fetched. */
export const artifactFolder = (cacheDir: string, name: ArtifactName): string =>
  join(cacheDir, artifacts[name].folder)

const areThere = async (names: readonly ArtifactName[], cacheDir: string): Promise<boolean> =>
  (await Promise.all(names.map((name) => exists(artifactFolder(cacheDir, name))))).every(Boolean)

interface MavenOptions {
  title: string
  env: Environment
  cwd: string
  signal: AbortSignal | undefined
}

// In an empty folder, since Maven would read a pom.xml of the user's.
const mvn = async (args: readonly string[], options: MavenOptions): Promise<void> => {
  const { title, env, cwd, signal } = options
  try {
    await promisify(execFile)('mvn', ['-B', '-q', '-Dstyle.color=never', ...args], {
      cwd,
      env: env as NodeJS.ProcessEnv,
      ...(signal && { signal }),
    })
  } catch (error) {
    const { stdout = '', message } = error as { stdout?: string; message: string }
    const reason = stdout.split('\n').find((line) => /\[(ERROR|FATAL)\]/.test(line)) ?? message
    throw new UsageError(
      `${title} could not be downloaded: mvn says ${reason.replace(/^.*\[ERROR\]\s*/, '').slice(0, 400)}`,
    )
  }
}
