import type { SpoolLimits } from '../../../ingress/spool/spool.ts'

/** For a spool that has its disk to itself. */
export const spoolLimits = (maxBytes: number, segmentBytes: number): SpoolLimits => ({
  segmentBytes,
  hasRoom: (bytes, state) => state.bytes + state.passedBytes + bytes <= maxBytes,
})
