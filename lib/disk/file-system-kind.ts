import { statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nearestFolder } from './nearest-folder.ts'

/**
 * What becomes of the files of a folder. `memory`: a restart of the machine or of the container deletes them
 * (tmpfs, ramfs). `container`: they are deleted with the container (overlayfs). `kept`: everything else.
 */
export type FileSystemKind = 'memory' | 'container' | 'kept'

/** The numbers of include/uapi/linux/magic.h. Other systems than Linux have other numbers. */
const kinds: ReadonlyMap<number, FileSystemKind> = new Map([
  [0x01021994, 'memory'], // TMPFS_MAGIC
  [0x858458f6, 'memory'], // RAMFS_MAGIC
  [0x794c7630, 'container'], // OVERLAYFS_SUPER_MAGIC
])

/** @param type as `statfs` returns it: a number that Linux may have made negative */
export const kindOfType = (type: number): FileSystemKind => kinds.get(type >>> 0) ?? 'kept'

/** The file system of a folder, or of the nearest folder above it if it does not exist yet. */
export const fileSystemKind = async (folder: string): Promise<FileSystemKind> => {
  const { type } = await statfs(await nearestFolder(resolve(folder)))
  return kindOfType(type)
}
