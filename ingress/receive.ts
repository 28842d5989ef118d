import type { IncomingMessage } from 'node:http'
import type { Logger } from '../lib/logger.ts'
import type { Admit } from './auth/admit.ts'
import { authenticate } from './auth/authenticate.ts'
import type { CredentialSeries } from './auth/credential-series.ts'
import type { Throttle } from './auth/failed-logins.ts'
import type { Resends } from './auth/resends.ts'
import { deliveryIdOf, forwardedHeaders, type Hook } from './hook.ts'
import type { LogHook } from './http/hook-log.ts'
import type { ReadBody } from './http/read-body.ts'
import { type OpenBodyMemory, unlimited } from './http/unproven-bodies.ts'
import type { IngressMetrics } from './metrics.ts'
import type { Outcome } from './outcome.ts'
import type { KeepStages } from './spool/keep/answer-kept.ts'
import { createPublishOrSpool } from './spool/keep/publish-or-spool.ts'

export interface Stages extends KeepStages {
  admit: Admit
  throttle: Throttle
  readBody: ReadBody
  /** Limits the memory for bodies whose signature has not been verified yet. */
  unproven(request: IncomingMessage): OpenBodyMemory
  resends: Resends
  credentials: Pick<CredentialSeries, 'noteUse'>
  metrics: Pick<IngressMetrics, 'bodyBytes' | 'changedResends' | 'placesLost'>
  logger: Logger
  logHook: LogHook
}

/** Takes one hook through all stages, in this order. Never rejects. */
export type Receive = (request: IncomingMessage, sourceName: string) => Promise<Outcome>

/**
 * The first half of a hook's way: admit, read the body, authenticate, then publish or spool. `deliver.ts`
 * continues from there to the acknowledgement of the brokers.
 */
export const createReceive = (stages: Stages): Receive => {
  const { admit, throttle, readBody, unproven, resends, credentials, metrics, logger, logHook } = stages
  const publishOrSpool = createPublishOrSpool(stages)

  return async (request, sourceName) => {
    const arrivedAt = performance.now()

    const admitted = admit(request, sourceName)
    if ('reason' in admitted) return throttle(request, admitted)

    const isProven = admitted.proof === 'token'
    const body = await readBody(request, isProven ? unlimited : unproven(request))
    if ('reason' in body) return isProven ? body : throttle(request, body)

    const proven = authenticate(admitted, body)
    if ('reason' in proven) return throttle(request, proven)

    if (admitted.proof === 'signature' && resends.compare(admitted.signed.id, body) === 'changed') {
      metrics.changedResends.inc()
      logger.warn('a hook was sent again with another body', { delivery_id: admitted.signed.id })
    }

    const { source } = admitted
    // The hooks of one partition lie in the log in this order. From here to the queue there is no `await`.
    const receivedAt = Date.now()
    credentials.noteUse(source.label, proven, receivedAt)
    metrics.bodyBytes.observe(body.length)
    const hook: Hook = {
      id: deliveryIdOf(request.headers),
      source: source.name,
      receivedAt,
      headers: forwardedHeaders(request.headers, source.instance),
      body,
    }
    const readAt = performance.now()
    const outcome = await publishOrSpool(hook, arrivedAt)
    logHook(hook, outcome, { arrivedAt, readAt, settledAt: performance.now() })
    return outcome
  }
}
