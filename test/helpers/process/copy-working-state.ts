import { execFile } from 'node:child_process'
import { cp, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Copies the repository: tracked and untracked files, but no ignored or deleted ones. */
export const copyWorkingState = async (path: string): Promise<void> => {
  const list = async (...args: string[]) =>
    (
      await promisify(execFile)('git', ['ls-files', '-z', ...args], {
        cwd: root,
        maxBuffer: 16 * 1024 * 1024,
      })
    ).stdout
      .split('\0')
      .filter(Boolean)
  const deleted = new Set(await list('--deleted'))
  const files = await list('--cached', '--others', '--exclude-standard')
  for (const file of new Set(files)) {
    if (deleted.has(file) || file === 'node_modules') continue // Git does not ignore a link of that name.
    await mkdir(dirname(join(path, file)), { recursive: true })
    await cp(join(root, file), join(path, file))
  }
}
