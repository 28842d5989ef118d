import type { Outbound, OutboundAnswer } from '../delivery/http/outbound.ts'
import type { SeenAnswer } from '../delivery/outbox/settle.ts'
import { secretsOf } from '../delivery/routes/secrets-of.ts'
import { type Failed, failedBy, seenAnswer, withoutAnswer } from '../delivery/send/attempt.ts'
import type { Ask, TrackerDestination } from './trackers/tracker.ts'

/** Sends the requests of one attempt to a tracker. */
export const askTracker = (destination: TrackerDestination, outbound: Outbound, signal: AbortSignal): Ask => {
  const secrets = secretsOf(destination)
  return async (request) => {
    try {
      const answer = await outbound.send({ ...request, signal })
      const seen = seenAnswer(answer, secrets)
      return { answer, seen, failed: isRedirect(answer) ? elsewhere(seen) : failedBy(answer, secrets) }
    } catch (error) {
      const failed = withoutAnswer(error, secrets)
      return { answer: undefined, seen: failed.answer, failed }
    }
  }
}

const isRedirect = ({ status }: OutboundAnswer): boolean => status >= 300 && status < 400

/** A tracker does not redirect its API. The address is wrong, or a proxy wants people to sign in. */
const elsewhere = (seen: SeenAnswer): Failed => ({
  result: 'retry',
  answer: { ...seen, text: `a redirect, which is no answer of a tracker: ${seen.text}`, effect: 'none' },
})
