import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { isTimestampRefused } from './publish-failure.ts'
import type { PlacedMessage, Sender } from './sender.ts'

/**
 * Gives records timestamps that the brokers accept. They refuse a timestamp that is far ahead of their own
 * clock (`message.timestamp.after.max.ms`, one hour by default), or too old. The cause is a wrong clock, here
 * or there, and must not keep a hook from its topic.
 */
export interface RecordTimestamps {
  /**
   * Wraps a sender. A record has the time at which its hook was received, or now if that is earlier. If the
   * brokers refuse that, the records are sent again with other timestamps.
   */
  wrap(sender: Sender): Sender
}

export interface RecordTimestampsOptions {
  logger: Logger
  /** Milliseconds since 1970. */
  wallClock?: () => number
  /** Milliseconds since 1970 as well, by a clock that nobody sets while the process runs. */
  steadyClock?: () => number
}

/** The latest timestamp that is sent, and whether records get just this one. */
interface Attempt {
  latest: number
  isForAll: boolean
}

const hourMs = 3_600_000

/** The clock may be 1, 2, 4, … hours ahead of the brokers. The last attempt goes back seven years. */
const backwardAttempts = 17

/** How long an attempt that was accepted is used before the real time is tried again, in milliseconds. */
const rememberedMs = 60_000

export const createRecordTimestamps = ({
  logger,
  wallClock = Date.now,
  steadyClock = () => performance.timeOrigin + performance.now(),
}: RecordTimestampsOptions): RecordTimestamps => {
  let remembered = { attempt: 0, until: 0 }

  const attemptOf = (number: number): Attempt => {
    const now = wallClock()
    if (number === 0) return { latest: now, isForAll: false }
    if (number === 1) return { latest: now, isForAll: true }
    if (number === 2) return { latest: Math.min(now, steadyClock()), isForAll: true }
    return { latest: now - hourMs * 2 ** (number - 3), isForAll: true }
  }
  const lastAttempt = 2 + backwardAttempts

  const send = async (sender: Sender, batch: readonly PlacedMessage[]): Promise<Set<string>> => {
    const first = remembered.until > steadyClock() ? remembered.attempt : 0
    for (let attempt = first; ; attempt++) {
      try {
        const partitions = await sender.send(stamp(batch, attemptOf(attempt)))
        if (attempt !== first) remembered = { attempt, until: steadyClock() + rememberedMs }
        return partitions
      } catch (error) {
        if (!isTimestampRefused(error) || attempt === lastAttempt) throw error
        if (attempt === 0)
          logger.warn('the brokers refuse the time of a record: compare the clocks of ingress and brokers', {
            error: messageOf(error),
          })
      }
    }
  }

  return { wrap: (sender) => ({ ...sender, send: (batch) => send(sender, batch) }) }
}

/** @returns the same messages where their timestamps need no change, which is nearly always */
const stamp = (batch: readonly PlacedMessage[], { latest, isForAll }: Attempt): readonly PlacedMessage[] => {
  if (!isForAll && batch.every(({ timestamp }) => Number(timestamp) <= latest)) return batch
  const latestText = String(Math.round(latest))
  return batch.map((message) =>
    isForAll || Number(message.timestamp) > latest ? { ...message, timestamp: latestText } : message,
  )
}
