import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A checkout of an older version, with its packages. */
export interface OlderBridge {
  /** The tag or the commit that was found. */
  revision: string
  /** Its `cli/bridge.ts`. */
  entry: string
}

/**
 * Checks an older version out into a folder.
 *
 * @param revisions tags or commits; the first one that this repository has is taken. A shallow clone has only
 * the newest commits, and often no tags
 * @returns why there is none, where the repository has none of them
 */
export const checkOutOlder = async (
  folder: string,
  revisions: readonly string[],
): Promise<OlderBridge | { missing: string }> => {
  const revision = await firstKnown(revisions)
  if (revision === undefined)
    return { missing: `this clone has none of ${revisions.join(', ')}: git fetch --tags --unshallow` }
  await mkdir(folder, { recursive: true })
  const script = 'git archive "$1" | tar --extract --directory "$2"'
  await run('sh', ['-euc', script, 'sh', revision, folder], { cwd: root })
  if (needsSamePackages(folder)) await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  else await run('npm', ['ci', '--prefer-offline', ...omitted, '--no-audit', '--no-fund'], { cwd: folder })
  return { revision, entry: join(folder, 'cli', 'bridge.ts') }
}

/** What the bridge does not need in order to run. */
const omitted = ['--omit=dev', '--omit=optional']

const firstKnown = async (revisions: readonly string[]): Promise<string | undefined> => {
  if (!existsSync(join(root, '.git'))) return undefined
  for (const revision of revisions) {
    const args = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]
    const known = await run('git', args, { cwd: root }).catch(() => undefined)
    if (known !== undefined) return revision
  }
  return undefined
}

/** Whether both lockfiles name the same packages. The first entry of each is the bridge itself. */
const needsSamePackages = (folder: string): boolean => {
  const [own, older] = [root, folder].map((path) => {
    const { packages } = JSON.parse(readFileSync(join(path, 'package-lock.json'), 'utf8'))
    const { '': _, ...others } = packages as Record<string, unknown>
    return others
  })
  return isDeepStrictEqual(own, older)
}
