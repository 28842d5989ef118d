import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { access, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { messageOf } from '../lib/errors.ts'

const requirements = fileURLToPath(new URL('peers/flask/requirements.txt', import.meta.url))

/**
 * Creates a virtual environment with Flask where there is none yet.
 * Returns its folder of programs, or why it is missing.
 */
export const prepareFlask = async (cacheDir: string): Promise<{ bin: string } | { missing: string }> => {
  const folder = join(cacheDir, `bench-flask-${hash('sha256', await readFile(requirements)).slice(0, 12)}`)
  const bin = join(folder, 'bin')
  try {
    await access(join(folder, 'complete'))
    return { bin }
  } catch {
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await mkdir(cacheDir, { recursive: true })
    await run('python3', ['-m', 'venv', folder], { timeout: 60_000 })
    await run(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements], {
      timeout: 180_000,
    })
    await mkdir(join(folder, 'complete'))
    return { bin }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    return { missing: `python3 could not create the virtual environment: ${messageOf(error).split('\n')[0]}` }
  }
}

const run = promisify(execFile)
