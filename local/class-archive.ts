import { createHash } from 'node:crypto'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../lib/disk/prepare-once.ts'
import type { Java } from './java.ts'
import { findDamaged } from './verify-artifact.ts'

/** The jars of a server, and the Java that runs them. */
export interface JavaProgram {
  java: Java
  /** The folder that holds all jars of the server. */
  jars: string
}

/** A server that starts without an archive lists its classes in a file of its folder with this ending. */
export const classListEnding = '.classes'

/**
 * The flags with which Java maps the archive of a server's classes (AppCDS), so that it need not read and
 * check them. While there is no archive, Java lists the classes that it loads, so that one can be made.
 *
 * @param program the name of the list, which is in the working folder of the process
 */
export const classFlags = async (server: JavaProgram, program: string): Promise<string[]> => {
  const archive = await findClassArchive(server)
  return [
    // A Java without these flags runs the server all the same.
    '-XX:+IgnoreUnrecognizedVMOptions',
    archive === undefined
      ? `-XX:DumpLoadedClassList=${program}${classListEnding}`
      : `-XX:SharedArchiveFile=${archive}`,
    // Java goes on without an archive that it cannot use.
    '-Xlog:cds*=off',
  ]
}

/** The path of the archive of a server's classes; undefined if there is none, or only a damaged one. */
export const findClassArchive = async (server: JavaProgram): Promise<string | undefined> => {
  const folder = await classArchiveFolder(server)
  if (!(await exists(archiveIn(folder)))) return undefined
  const damaged = await findDamaged(folder).catch(() => archiveName)
  return damaged === undefined ? archiveIn(folder) : undefined
}

const archiveName = 'classes.jsa'

/** The path of the archive in its folder. */
export const archiveIn = (folder: string): string => join(folder, archiveName)

/** What the names of all archives of these jars begin with. */
export const archivePrefix = (jars: string): string => `${jars}.classes-`

/**
 * The folder of the archive, beside that of the jars. Java refuses an archive of another Java or of jars with
 * other places, sizes or times, or in another order. All of this is in the name, so that another archive is
 * made then.
 */
export const classArchiveFolder = async ({ java, jars }: JavaProgram): Promise<string> => {
  const hash = createHash('sha256').update(`${java.command}\n${java.version}\n`)
  // Java takes the jars of a wildcard in the order of the folder, as opendir does, while readdir sorts them.
  for await (const entry of await opendir(jars, { recursive: true })) {
    if (!entry.name.endsWith('.jar')) continue
    const path = join(entry.parentPath, entry.name)
    const { size, mtimeMs } = await stat(path)
    hash.update(`${path}\n${size} ${mtimeMs}\n`)
  }
  const number = /version "([\w.+-]+)"/.exec(java.version)?.[1] ?? 'unknown'
  return `${archivePrefix(jars)}${number}-${hash.digest('hex').slice(0, 12)}`
}
