import { jira } from './jira.ts'
import { phabricator } from './phabricator.ts'
import type { Tracker, TrackerDestination, TrackerType } from './tracker.ts'

const trackers: { readonly [T in TrackerType]: Tracker<Extract<TrackerDestination, { type: T }>> } = {
  phabricator,
  jira,
}

/** The tracker of a destination. */
export const trackerOf = ({ type }: TrackerDestination): Tracker => trackers[type] as unknown as Tracker
