import type { AlertGroup } from './alert.ts'
import { ruleSelectors } from './rule-selectors.ts'

const { metric } = ruleSelectors

/** A client that comes back and is dropped again ends a stream every minute or so. */
const mostDropped = 10

/** Programs and pages that follow the feed. */
export const feedAlerts: AlertGroup = {
  name: 'event-feed',
  about: 'Clients of the feed that are disconnected again and again.',
  recordings: [],
  alerts: [
    {
      name: 'FeedClientsAreDropped',
      expr: `sum by (process, reason) (increase(${metric('event_feed_streams_ended_total', {
        reason: ['slow', 'failed'],
      })}[15m])) > ${mostDropped}`,
      for: '15m',
      severity: 'warning',
      summary:
        '{{ $labels.process }} has ended {{ $value | printf "%.0f" }} streams in 15 minutes ' +
        '({{ $labels.reason }}).',
      description: 'Clients receive events late. None is lost, because they continue by their ids.',
      runbook: 'feed-clients-are-dropped',
      dashboard: 'bridge-worker-event-feed',
    },
  ],
}
