import type { OpenMessage } from '../delivery/outbox/open-messages.ts'
import { secretsOf } from '../delivery/routes/secrets-of.ts'
import { attempt } from '../delivery/send/attempt.ts'
import type { Courier } from '../delivery/send/courier.ts'
import { withoutContent } from '../delivery/send/without-content.ts'
import { authHeaders } from './auth-headers.ts'
import type { ForwardDestination } from './entries-of.ts'

const hourMs = 3_600_000

/** Sends hooks one by one, oldest first. A repeat has the same id, so that a receiver can recognise it. */
export const createForwardCourier = (): Courier => ({
  window: 1,
  plan: ([message], context) => {
    if (message === undefined) return undefined
    const destination = context.destination as ForwardDestination
    const one = { ids: [message.id], sentAs: 'message' as const }
    if (message.content === undefined) return { ...one, send: async () => withoutContent(message) }
    return {
      ...one,
      send: (outbound, signal) => {
        const request = { ...forwardRequest(destination, message), signal }
        return attempt(outbound, request, secretsOf(destination))
      },
    }
  },
  intervalMs: () => 0,
  giveUpAfterMs: (destination) => (destination as ForwardDestination).give_up_after_hours * hourMs,
})

const forwardRequest = (
  destination: ForwardDestination,
  { content, body = Buffer.alloc(0) }: OpenMessage,
) => {
  const headers = content as Record<string, string>
  const auth = authHeaders(destination, headers['webhook-id'] ?? '', body, Date.now())
  const all = { ...destination.allHeaders, ...headers, ...auth }
  return { method: 'POST' as const, url: destination.url, headers: all, body }
}
