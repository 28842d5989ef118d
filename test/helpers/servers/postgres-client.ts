import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pythonWith } from '../process/python.ts'

const run = promisify(execFile)
const requirements = fileURLToPath(new URL('postgres-requirements.txt', import.meta.url))
const programs = ['pg_dump', 'pg_restore']

/** The version of the embedded PostgreSQL. An older `pg_dump` refuses it. */
const neededVersion = 18

/**
 * A folder with `pg_dump` and `pg_restore` that fit the embedded server: those of this machine, or else those
 * of a package from PyPI. The embedded server has none.
 *
 * @param folder where links to the programs of the package are made
 * @returns the folder to put first on the PATH, or why there is none
 */
export const findPostgresClient = async (folder: string): Promise<{ bin: string } | { missing: string }> => {
  const found = await run('pg_dump', ['--version']).catch(() => ({ stdout: '' }))
  const own = Number(/(\d+)[.\d]* *(\(|$)/m.exec(found.stdout)?.[1] ?? 0)
  await mkdir(folder, { recursive: true })
  if (own >= neededVersion) return { bin: folder }
  try {
    const python = await pythonWith(requirements)
    const packages = join(dirname(python), '..', 'lib')
    const [version = ''] = await readdir(packages)
    const bin = join(packages, version, 'site-packages', 'embedded_postgres', 'pginstall', 'bin')
    for (const name of programs) {
      await chmod(join(bin, name), 0o755)
      await symlink(join(bin, name), join(folder, name))
    }
    await run(join(folder, 'pg_dump'), ['--version'])
    return { bin: folder }
  } catch (error) {
    return { missing: `pg_dump ${neededVersion} is missing: ${(error as Error).message.slice(0, 300)}` }
  }
}
