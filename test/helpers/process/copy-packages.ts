import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/**
 * Gives a copy of the repository the packages of this one, as hard links, or as copies where the folder is
 * on another disk. Through a symbolic link, `npm ci` in the copy would empty our own folder.
 */
export const copyPackages = async (path: string): Promise<void> => {
  const copy = (how: '--link' | '--reflink=auto') =>
    promisify(execFile)('cp', ['--archive', how, packages, join(path, 'node_modules')])
  await copy('--link').catch(async () => {
    await promisify(execFile)('rm', ['-rf', join(path, 'node_modules')])
    await copy('--reflink=auto')
  })
}
