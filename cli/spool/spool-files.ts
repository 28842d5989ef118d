import { readdir } from 'node:fs/promises'
import { lengthSuffix, segmentSuffix } from '../../ingress/spool/spool-folder.ts'
import { messageOf, UsageError } from '../../lib/errors.ts'

/**
 * The names of the files in a folder of the spool, sorted; undefined if the folder does not exist.
 *
 * @throws UsageError if the folder cannot be read, so that it is not mistaken for an empty one
 */
export const filesOf = async (folder: string): Promise<string[] | undefined> => {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new UsageError(`${folder} cannot be read: ${messageOf(error)}`)
  }
}

export const noSpool = (folder: string): UsageError =>
  new UsageError(
    `there is no spool in ${folder}: set INGRESS_SPOOL_DIR or BRIDGE_DATA_DIR as the ingress has it`,
  )

/** What the file names of each spool in the folder start with: nothing, or the name of a topic and an @. */
export const spoolPrefixes = (files: readonly string[]): readonly string[] => {
  const ofSpools = files.filter((file) => file.endsWith(segmentSuffix) || file.endsWith(lengthSuffix))
  return [...new Set(ofSpools.map((file) => file.slice(0, file.indexOf('@') + 1)))].sort()
}
