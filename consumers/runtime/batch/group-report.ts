import type { EachBatchPayload } from 'kafkajs'
import { requestGroup } from '../middleware/group-error.ts'

/** How often a heartbeat and a commit are requested between two calls, in milliseconds. */
const reportEveryMs = 250

/**
 * Returns a function that sends a heartbeat and commits the offsets when this is due. The client's own
 * intervals are longer than 250 ms, so requesting it after every message would cost time and do nothing more.
 */
export const createGroupReport = (
  payload: Pick<EachBatchPayload, 'heartbeat' | 'commitOffsetsIfNecessary'>,
): (() => Promise<void>) => {
  let dueAt = performance.now() + reportEveryMs
  return async () => {
    if (performance.now() < dueAt) return
    dueAt = performance.now() + reportEveryMs
    await requestGroup(payload.heartbeat)
    await requestGroup(() => payload.commitOffsetsIfNecessary())
  }
}
