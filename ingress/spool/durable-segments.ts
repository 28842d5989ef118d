import type { SegmentWriter } from './segment-writer.ts'
import type { SpoolFolder } from './spool-folder.ts'

/** The segments of a spool, as far as their bytes are durable. */
export interface DurableSegments {
  /** The first segment, or the first one after the given segment; undefined if there is none. */
  next(after?: string): Promise<string | undefined>
  /** Size in bytes. Bytes that are being written are not included. */
  size(segment: string): Promise<number>
  isBeingWritten(segment: string): boolean
}

/** @param writer of these segments; undefined if nobody writes */
export const createDurableSegments = (
  folder: Pick<SpoolFolder, 'segments' | 'size'>,
  writer?: Pick<SegmentWriter, 'position' | 'endOf'>,
): DurableSegments => ({
  next: async (after) => {
    const segments = await folder.segments()
    return segments.find((segment) => after === undefined || segment > after)
  },
  size: async (segment) => writer?.endOf(segment) ?? folder.size(segment),
  isBeingWritten: (segment) => writer?.position()?.segment === segment,
})
