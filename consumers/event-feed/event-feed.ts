import { defineLogFollower } from '../log-follower.ts'
import { feedEvents } from './subscription/events.ts'
import { eventFeedVariables } from './variables.ts'

/** Serves every event as Server-Sent Events, to any number of clients, and a page that shows them. */
export const eventFeed = defineLogFollower({
  name: 'event-feed',
  summary: 'Streams events to browsers and programs by HTTP, and shows them on a page.',
  events: feedEvents,
  personalData: 'none',
  serves: { port: 'EVENT_FEED_PORT', host: 'EVENT_FEED_HOST', endpoint: 'feed_url' },
  metricsPort: 9471,
  variables: eventFeedVariables,
  start: async (...given) => (await import('./start-feed.ts')).startFeed(...given),
})
