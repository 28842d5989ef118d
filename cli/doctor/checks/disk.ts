import { statfsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ingressVariables } from '../../../ingress/config.ts'
import { spoolFolderOf, spoolVariableOf } from '../../../ingress/spool/spool-place.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { type FileSystemKind, kindOfType } from '../../../lib/disk/file-system-kind.ts'
import { nearestFolder } from '../../../lib/disk/nearest-folder.ts'
import type { Finding } from '../finding.ts'

const spoolVariables = ingressVariables.pick({
  INGRESS_SPOOL_DIR: true,
  INGRESS_SPOOL_MAX_BYTES: true,
  INGRESS_SPOOL_ALLOW_TMPFS: true,
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
  const folder = await nearestFolder(resolve(spoolFolderOf(settings)))
  const { bavail, bsize, ffree, type } = statfsSync(folder)
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  return [
    ...diskFindings(
      { folder, freeBytes: bavail * bsize, freeFiles: ffree, isWritable },
      settings.INGRESS_SPOOL_MAX_BYTES,
    ),
    ...lossFindings(kindOfType(type), folder, spoolVariableOf(settings), settings.INGRESS_SPOOL_ALLOW_TMPFS),
  ]
}

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

/**
 * Whether the hooks of the spool survive a restart.
 *
 * @param variable decides where the spool is
 * @param isMemoryAccepted the operator has set INGRESS_SPOOL_ALLOW_TMPFS
 */
export const lossFindings = (
  kind: FileSystemKind,
  folder: string,
  variable: string,
  isMemoryAccepted: boolean,
): Finding[] => {
  if (kind === 'kept') return []
  const isMemory = kind === 'memory'
  const where = isMemory ? 'in memory (tmpfs)' : 'in the file system of a container'
  return [
    {
      check: 'disks',
      state: isMemory && !isMemoryAccepted ? 'problem' : 'warning',
      says: `${folder} is ${where}: hooks that wait there are lost ${isMemory ? 'at a restart' : 'with it'}.`,
      todo: `set ${variable} to a folder on a ${isMemory ? 'disk' : 'volume'}`,
    },
  ]
}
