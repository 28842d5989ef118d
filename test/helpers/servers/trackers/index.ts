import type {
  TrackerDestination,
  TrackerType,
} from '../../../../consumers/issue-commenter/trackers/tracker.ts'
import { startConduit } from './start-conduit.ts'
import { jiraUser, startJira } from './start-jira.ts'
import type { TrackerDouble } from './tracker-double.ts'

/** One kind of tracker in a test: its double, and what its tasks are called. */
export interface TrackerKind {
  type: TrackerType
  start(): Promise<TrackerDouble>
  /** The settings of a destination, beside its address and its token. */
  settings: object
  taskOf(number: number): string
}

export const trackerKinds: readonly TrackerKind[] = [
  { type: 'phabricator', start: startConduit, settings: {}, taskOf: (number) => `T${number}` },
  { type: 'jira', start: startJira, settings: { user: jiraUser }, taskOf: (number) => `OPS-${number}` },
]

/** The entry of a routes file that leads to a double. */
export const entryFor = ({ type, settings }: TrackerKind, { url, token }: TrackerDouble) => ({
  ...{ type, url, token, allow_private: true },
  ...settings,
})

/** A destination as the routes give it to the worker. */
export const destinationFor = (
  kind: TrackerKind,
  double: TrackerDouble,
  others: Partial<TrackerDestination> = {},
): TrackerDestination =>
  ({
    ...entryFor(kind, double),
    ...{ name: 'tracker', timeout_seconds: 5, give_up_after_hours: 72, allHeaders: {} },
    ...others,
  }) as TrackerDestination
