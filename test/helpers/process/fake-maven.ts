import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../../../lib/config.ts'

/** A `mvn` that downloads nothing. */
export interface FakeMaven {
  /** Its folder comes first in PATH. */
  env: Environment
  /** How often it was called to download. */
  calls(): Promise<number>
}

/** Stores one file, as a download would. */
export const storeJar = 'mkdir -p "$folder"; echo jar > "$folder/a.jar"'

/**
 * @param folder gets the program
 * @param script what the program runs, in the language of the shell; $folder is the folder to fill
 */
export const createFakeMaven = async (folder: string, script: string): Promise<FakeMaven> => {
  const calls = join(folder, 'calls')
  await writeFile(calls, '')
  await writeProgram(
    folder,
    'mvn',
    `[ "$1" = --version ] && exit 0
echo call >> "${calls}"
for argument in "$@"; do case "$argument" in -DoutputDirectory=*) folder="\${argument#*=}";; esac; done
${script}`,
  )
  return {
    env: { PATH: `${folder}:/usr/bin:/bin` },
    calls: async () => (await readFile(calls, 'utf8')).split('\n').length - 1,
  }
}

/** Writes a program for the shell. */
export const writeProgram = async (folder: string, name: string, script: string): Promise<void> => {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, name), 0o755)
}
