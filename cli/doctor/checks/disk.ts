import { statfsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ingressVariables, spoolFolderOf } from '../../../ingress/config.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import type { Finding } from '../finding.ts'

const spoolVariables = ingressVariables.pick({
  INGRESS_SPOOL_DIR: true,
  INGRESS_SPOOL_MAX_BYTES: true,
  BRIDGE_DATA_DIR: true,
})

/** Free bytes and files of a file system. */
export interface DiskState {
  folder: string
  freeBytes: number
  freeFiles: number
  isWritable: boolean
}

/** Whether the disk of the spool could take as much as the spool may. */
export const checkDisk = async (env: Environment): Promise<Finding[]> => {
  const settings = readVariables(spoolVariables, env)
  const folder = await existing(spoolFolderOf(settings))
  const { bavail, bsize, ffree } = statfsSync(folder)
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  return diskFindings(
    { folder, freeBytes: bavail * bsize, freeFiles: ffree, isWritable },
    settings.INGRESS_SPOOL_MAX_BYTES,
  )
}

/** The folder, or the nearest one above it that exists. */
const existing = (folder: string): Promise<string> =>
  access(folder).then(
    () => folder,
    () => (dirname(folder) === folder ? folder : existing(dirname(folder))),
  )

const minFreeFiles = 1000

/** @param limit of the spool, in bytes */
export const diskFindings = (
  { folder, freeBytes, freeFiles, isWritable }: DiskState,
  limit: number,
): Finding[] => {
  const check = 'disks'
  const free = `${Math.round(freeBytes / 1e6)} MB are free in ${folder}`
  if (!isWritable)
    return [{ check, state: 'problem', says: `${folder} cannot be written.`, todo: 'correct its rights' }]
  if (freeFiles > 0 && freeFiles < minFreeFiles)
    return [
      { check, state: 'problem', says: `${folder} has only ${freeFiles} free inodes.`, todo: 'make room' },
    ]
  if (freeBytes < limit)
    return [
      {
        check,
        state: freeBytes < limit / 4 ? 'problem' : 'warning',
        says: `${free}, less than INGRESS_SPOOL_MAX_BYTES (${Math.round(limit / 1e6)} MB).`,
        todo: 'make room, or lower INGRESS_SPOOL_MAX_BYTES: a full disk loses hooks while Kafka is down',
      },
    ]
  return [{ check, state: 'ok', says: `${free}, enough for the spool.` }]
}
