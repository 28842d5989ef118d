import { randomUUID } from 'node:crypto'
import type { Destination } from '../delivery/routes/destination.ts'
import { secretsOf } from '../delivery/routes/secrets-of.ts'
import { attempt } from '../delivery/send/attempt.ts'
import type { Attempt } from '../delivery/send/courier.ts'
import { outboundOf } from '../delivery/send/outbounds.ts'
import { authHeaders } from './auth-headers.ts'
import type { ForwardDestination } from './entries-of.ts'

export const isReceiver = (destination: Destination): destination is ForwardDestination =>
  destination.type === 'forward'

/** Posts a hook with an event that GitLab does not have, so that no receiver acts on it. */
export const sendTestHook = async (destination: ForwardDestination): Promise<Attempt> => {
  const id = randomUUID()
  const body = Buffer.from('{"object_kind":"bridge_test"}')
  const headers = {
    ...destination.allHeaders,
    'content-type': 'application/json',
    'user-agent': 'GitLab',
    'x-gitlab-event': 'Bridge Test Hook',
    'webhook-id': id,
    'idempotency-key': id,
    ...authHeaders(destination, id, body, Date.now()),
  }
  const outbound = outboundOf(destination)
  const signal = AbortSignal.timeout(destination.timeout_seconds * 1000)
  const request = { method: 'POST' as const, url: destination.url, headers, body, signal }
  return attempt(outbound, request, secretsOf(destination)).finally(() => outbound.close())
}
