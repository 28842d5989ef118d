import { readdir } from 'node:fs/promises'
import { messageOf, UsageError } from '../../lib/errors.ts'

/**
 * Names in a folder of the spool, sorted; undefined where there is no such folder.
 *
 * @throws UsageError where it cannot be read: that is not to be taken for an empty one
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
    `there is no spool in ${folder}: set INGRESS_SPOOL_DIR, or BRIDGE_DATA_DIR, as the ingress has it`,
  )
