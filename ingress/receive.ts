import { randomUUIDv7 } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { Admit } from './admit.ts'
import type { Authenticate } from './authenticate.ts'
import { classify } from './classify.ts'
import type { EncodeStage } from './encode.ts'
import type { Hook } from './hook.ts'
import type { IngressMetrics } from './metrics.ts'
import { normalise } from './normalise.ts'
import type { Outcome } from './outcome.ts'
import type { Publisher } from './publish.ts'
import type { ReadBody } from './read-body.ts'

export interface Stages {
  admit: Admit
  readBody: ReadBody
  authenticate: Authenticate
  encode: EncodeStage
  publisher: Publisher
  metrics: Pick<IngressMetrics, 'records' | 'coercionFaults' | 'bodyBytes'>
  logger: Logger
}

/** The way of one hook, top to bottom. Never throws. */
export type Receive = (request: IncomingMessage, source: string) => Promise<Outcome>

export const createReceive =
  ({ admit, readBody, authenticate, encode, publisher, metrics, logger }: Stages): Receive =>
  async (request, source) => {
    const receivedAt = Date.now()

    const admitted = admit(request.headers)
    if ('reason' in admitted) return admitted

    const body = await readBody(request)
    if ('reason' in body) return body

    const refusal = authenticate(admitted, body)
    if (refusal !== undefined) return refusal

    const hook: Hook = { id: idOf(request.headers), source, receivedAt, headers: request.headers, body }
    metrics.bodyBytes.observe(body.length)

    const classified = classify(hook)
    const normalised = normalise(hook, classified)
    const { event, message } = encode(hook, normalised)

    try {
      await publisher.publish(message)
    } catch (error) {
      logger.error('hook not kept', { delivery_id: hook.id, event, error: messageOf(error) })
      return { kind: 'unavailable', reason: 'the brokers did not acknowledge in time; the hook is not kept' }
    }
    metrics.records.inc({ event })
    const faults = normalised.record.delivery.coercion_faults
    if (faults.length > 0) {
      metrics.coercionFaults.inc({ event }, faults.length)
      logger.warn('fields in a shape we do not know', { delivery_id: hook.id, event, fields: faults.slice(0, 5) })
    }
    const kind = event === 'unknown' ? 'unknown' : event === 'quarantine' ? 'quarantined' : 'published'
    return { kind, event: kind === 'published' ? event : (classified.name ?? event), topic: message.topic, id: hook.id }
  }

const idPattern = /^[\x21-\x7e]{1,200}$/

/** GitLab repeats its id when it sends a hook again; equal bodies alone can be different facts. */
const idOf = (headers: IncomingHttpHeaders): string => {
  const given = headers['webhook-id'] ?? headers['idempotency-key']
  return typeof given === 'string' && idPattern.test(given) ? given : randomUUIDv7()
}
