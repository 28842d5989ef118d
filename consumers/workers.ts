import type { Consumer } from './consumer.ts'
import { eventFeed } from './event-feed/event-feed.ts'
import { consumers } from './index.ts'
import type { LogFollower } from './log-follower.ts'

/** The workers that follow the log without a consumer group: they have no lag and no dead letters. */
export const logFollowers: readonly LogFollower[] = [eventFeed]

/** The processes that `bridge consumer` runs. */
export const workers: readonly (Consumer | LogFollower)[] = [...consumers, ...logFollowers]
