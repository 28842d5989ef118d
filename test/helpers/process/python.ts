import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { waitForLock } from '../../../lib/disk/lock.ts'
import { exists, prepareOnce } from '../../../lib/disk/prepare-once.ts'
import { cacheFolder } from '../../../local/artifacts.ts'

const run = promisify(execFile)

/**
 * The Python of a virtual environment with these requirements. It is created once and kept with the other
 * downloads.
 *
 * @throws Error that says what to install if Python, venv or pip is missing
 */
export const pythonWith = async (requirements: string): Promise<string> => {
  const cacheDir = cacheFolder(process.env)
  const folder = join(cacheDir, `test-python-${hash('sha256', await readFile(requirements)).slice(0, 12)}`)
  await mkdir(cacheDir, { recursive: true })
  const lock = await waitForLock(join(cacheDir, 'lock'), () => {})
  try {
    await prepareOnce(folder, async (draft) => {
      await step(
        'python3',
        ['-m', 'venv', draft],
        'Python 3 with venv is needed (Debian and Ubuntu: sudo apt-get install python3-venv)',
      )
      const install = [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--no-compile',
        '--only-binary',
        ':all:',
        '-r',
        requirements,
      ]
      await step(join(draft, 'bin', 'python'), install, `pip could not install ${requirements}`)
    })
  } finally {
    await lock.release()
  }
  if (!(await exists(join(folder, 'bin', 'python'))))
    throw new Error(`${folder} has no python: remove it and run the test again`)
  return join(folder, 'bin', 'python')
}

const step = async (command: string, args: string[], sentence: string): Promise<void> => {
  try {
    await run(command, args)
  } catch (error) {
    throw new Error(`Python cannot run: ${sentence}: ${(error as Error).message.slice(0, 500)}`)
  }
}
