import type { Environment } from '../../../lib/config.ts'
import { freePort } from '../process/free-ports.ts'
import { openStack } from '../servers/stack.ts'

/**
 * A stack with an ingress and a feed, which keeps its address over a restart. To be called once, at the top
 * of a test file.
 *
 * @param own further settings of the feed
 */
export const openFeedStack = async (name: string, own: Environment = {}) => {
  const stack = await openStack(name)
  await stack.setUp()
  const ingress = await stack.startIngress()
  const port = await freePort()
  const startFeed = (env: Environment = {}) =>
    stack.startReady(['consumer', 'event-feed'], { EVENT_FEED_PORT: `${port}`, ...own, ...env })
  return { stack, ingress, port, url: `http://127.0.0.1:${port}`, startFeed, feed: await startFeed() }
}
