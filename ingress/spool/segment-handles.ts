import { type FileHandle, open, rm } from 'node:fs/promises'

/** The open files of a segment that is being written. */
export interface SegmentHandles {
  file: FileHandle
  lengthFile: FileHandle
}

/** Only the user of the ingress may read what GitLab has sent. */
export const privateFile = 0o600

/** Creates both files. If one of them cannot be created, none is left. */
export const openSegmentFiles = async (path: string, lengthPath: string): Promise<SegmentHandles> => {
  const file = await open(path, 'ax', privateFile)
  try {
    return { file, lengthFile: await open(lengthPath, 'wx', privateFile) }
  } catch (error) {
    await file.close()
    await rm(path, { force: true }).catch(() => undefined)
    throw error
  }
}

export const closeSegmentFiles = async ({ file, lengthFile }: SegmentHandles): Promise<void> => {
  await file.close()
  await lengthFile.close()
}
