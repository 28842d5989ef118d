import { syncPath } from '../../lib/disk/sync-path.ts'
import { writeAll } from './file-io.ts'
import { closeSegmentFiles, openSegmentFiles, type SegmentHandles } from './segment-handles.ts'
import { isOutOfDescriptors, type SpareFiles } from './spare-files.ts'

export interface SegmentFile {
  append(buffers: readonly Buffer[]): Promise<void>
  /** Resolves once everything that was appended is on disk. */
  sync(): Promise<void>
  /** Writes how much is on disk, in place of what was written before. A power failure may undo it. */
  writeLength(text: string): Promise<void>
  /** Closes the segment. The last length is then on disk. */
  close(): Promise<void>
}

/** Where the files of a segment are. */
export interface SegmentPaths {
  folder: string
  path: string
  lengthPath: string
}

/**
 * Creates a segment and the file for its length. Once this resolves, both survive a power failure.
 *
 * @param spare used if the process may open no more files; undefined: such a failure is thrown
 */
export const createSegmentFile = async (
  paths: SegmentPaths,
  spare: SpareFiles | undefined,
): Promise<SegmentFile> => {
  const handles = await (spare === undefined
    ? createDurably(paths, spare)
    : spare.exclusively(async () => {
        const created = await createDurably(paths, spare)
        await spare.refill()
        return created
      }))
  const { file, lengthFile } = handles
  return {
    append: (buffers) => writeAll(file, buffers),
    sync: () => file.datasync(),
    writeLength: async (text) => void (await lengthFile.write(text, 0)),
    close: async () => {
      await lengthFile.datasync().catch(() => undefined)
      await closeSegmentFiles(handles)
    },
  }
}

const createDurably = async (paths: SegmentPaths, spare: SpareFiles | undefined): Promise<SegmentHandles> => {
  const handles = await openOrTakeSpare(paths, spare)
  try {
    await syncPath(paths.folder).catch((error) =>
      spare !== undefined && isOutOfDescriptors(error) ? spare.syncFolder() : Promise.reject(error),
    )
    return handles
  } catch (error) {
    await closeSegmentFiles(handles)
    throw error
  }
}

const openOrTakeSpare = async (
  { path, lengthPath }: SegmentPaths,
  spare: SpareFiles | undefined,
): Promise<SegmentHandles> => {
  try {
    return await openSegmentFiles(path, lengthPath)
  } catch (error) {
    const taken = isOutOfDescriptors(error) ? await spare?.take(path, lengthPath) : undefined
    if (taken === undefined) throw error
    return taken
  }
}
