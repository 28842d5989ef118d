import type { Outbound } from '../delivery/http/outbound.ts'
import { secretsOf } from '../delivery/routes/secrets-of.ts'
import { failedBy, seenAnswer, withoutAnswer } from '../delivery/send/attempt.ts'
import type { Ask, TrackerDestination } from './trackers/tracker.ts'

/** Sends the requests of one attempt to a tracker. */
export const askTracker = (destination: TrackerDestination, outbound: Outbound, signal: AbortSignal): Ask => {
  const secrets = secretsOf(destination)
  return async (request) => {
    try {
      const answer = await outbound.send({ ...request, signal })
      return { answer, seen: seenAnswer(answer, secrets), failed: failedBy(answer, secrets) }
    } catch (error) {
      const failed = withoutAnswer(error, secrets)
      return { answer: undefined, seen: failed.answer, failed }
    }
  }
}
