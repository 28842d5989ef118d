import type { Metrics } from '../../lib/metrics/metrics.ts'

export type FeedMetrics = ReturnType<typeof createFeedMetrics>

/** What each one means is said in `lib/metrics/`. */
export const createFeedMetrics = (metrics: Metrics) => {
  const delay = metrics.histogram('event_feed_delivery_delay_seconds')
  return {
    clients: metrics.gauge('event_feed_clients'),
    ended: metrics.counter('event_feed_streams_ended_total'),
    begun: metrics.counter('event_feed_streams_begun_total'),
    writes: metrics.counter('event_feed_writes_total'),
    sent: metrics.counter('event_feed_events_sent_total'),
    refused: metrics.counter('event_feed_requests_refused_total'),
    observeDelay: (delayMs: number) => delay.observe(Math.max(0, delayMs) / 1000),
  }
}
