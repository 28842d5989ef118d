import type { Destination } from '../delivery/routes/destination.ts'
import type { Attempt } from '../delivery/send/courier.ts'
import { outboundOf } from '../delivery/send/outbounds.ts'
import { askTracker } from './ask-tracker.ts'
import { trackerOf } from './trackers/index.ts'
import { type TrackerDestination, trackerTypes } from './trackers/tracker.ts'

export const isTracker = (destination: Destination): destination is TrackerDestination =>
  (trackerTypes as readonly string[]).includes(destination.type)

/** Checks the address and the token of a tracker. No comment is written, because that needs a task. */
export const checkTracker = (destination: TrackerDestination): Promise<Attempt> => {
  const outbound = outboundOf(destination)
  const signal = AbortSignal.timeout(destination.timeout_seconds * 1000)
  return trackerOf(destination)
    .check(destination, askTracker(destination, outbound, signal))
    .finally(() => outbound.close())
}
