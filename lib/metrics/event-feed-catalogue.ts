import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['worker'] as const satisfies readonly ProcessKind[]

/** The metrics of the worker event-feed. */
export const eventFeedCatalogue = {
  event_feed_clients: {
    type: 'gauge',
    help: 'Clients that are connected to the feed.',
    unit: 'streams',
    processes,
  },
  event_feed_streams_begun_total: {
    type: 'counter',
    help:
      'Streams that began, by what they began with: new records, the time of since, or an id. ' +
      'An id continues by its offsets, or by its time where its offsets mean nothing here.',
    unit: 'streams',
    processes,
    labels: { basis: ['now', 'since', 'offset', 'time'] },
  },
  event_feed_streams_ended_total: {
    type: 'counter',
    help: 'Streams that ended, by reason. A slow client did not read what waited for it.',
    unit: 'streams',
    processes,
    labels: {
      reason: ['client', 'slow', 'token_expired', 'token_changed', 'topics_changed', 'shutdown', 'failed'],
    },
  },
  event_feed_events_sent_total: {
    type: 'counter',
    help: 'Events that were written to clients. One event counts once for each client.',
    unit: 'records',
    processes,
  },
  event_feed_writes_total: {
    type: 'counter',
    help: 'Writes of events to clients. Events that come together are written to a client together.',
    unit: 'requests',
    processes,
  },
  event_feed_requests_refused_total: {
    type: 'counter',
    help: 'Requests to the feed that were refused, by status.',
    unit: 'requests',
    processes,
    labels: { status: ['400', '401', '403', '404', '405', '408', '429', '431', '500', '503'] },
  },
  event_feed_delivery_delay_seconds: {
    type: 'histogram',
    help: 'Time from the receipt of a hook until its event is written to the clients that follow the feed.',
    unit: 'seconds',
    processes,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
} as const satisfies MetricCatalogue
