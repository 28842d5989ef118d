import type { SpoolLimits } from '../../../ingress/spool/spool.ts'

/** The limits of a spool that shares its disk with no other. */
export const spoolLimits = (maxBytes: number, segmentBytes: number): SpoolLimits => ({
  segmentBytes,
  hasRoom: (bytes, state) => state.bytes + state.passedBytes + bytes <= maxBytes,
})
