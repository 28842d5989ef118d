import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of a spool, by name. */
export type SpoolFiles = Map<string, Buffer>

/** The files in a folder. Folders in it are left out. */
export const readFiles = async (folder: string): Promise<SpoolFiles> => {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  )
}

/** Replaces the content of a folder. */
export const writeFiles = async (folder: string, files: SpoolFiles): Promise<void> => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await Promise.all([...files].map(([name, bytes]) => writeFile(join(folder, name), bytes)))
}
