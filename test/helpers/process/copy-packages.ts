import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/**
 * Gives a copy of the repository the packages of this one, as hard links, or as copies where the folder is
 * on another disk. Through a symbolic link, `npm ci` in the copy would empty our own folder.
 */
export const copyPackages = (path: string): Promise<void> => linkFolder(packages, join(path, 'node_modules'))

/** Copies a folder as hard links, or as files where the target is on another disk. */
export const linkFolder = async (from: string, to: string): Promise<void> => {
  const copy = (how: '--link' | '--reflink=auto') => promisify(execFile)('cp', ['--archive', how, from, to])
  await copy('--link').catch(async () => {
    await promisify(execFile)('rm', ['-rf', to])
    await copy('--reflink=auto')
  })
}
