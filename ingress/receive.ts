import { randomUUIDv7 } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { withTimeLimit } from '../lib/time-limit.ts'
import type { Names } from '../schemas/topics.ts'
import type { Admit } from './auth/admit.ts'
import { authenticate } from './auth/authenticate.ts'
import type { CredentialSeries } from './auth/credential-series.ts'
import type { Throttle } from './auth/failed-logins.ts'
import type { Resends } from './auth/resends.ts'
import type { Deliver } from './deliver.ts'
import { type Hook, hookHeaders } from './hook.ts'
import { type ByteBudget, unlimited } from './http/byte-budget.ts'
import type { ReadBody } from './http/read-body.ts'
import type { IngressMetrics } from './metrics.ts'
import { type Kept, type Outcome, spooled, unavailable } from './outcome.ts'
import { TopicUnavailableError } from './publish/topic-unavailable-error.ts'
import { classify } from './record/classify.ts'
import type { Spools } from './spool/spools.ts'

export interface Stages {
  admit: Admit
  throttle: Throttle
  readBody: ReadBody
  /** For bodies whose signature is not verified yet. */
  unproven: ByteBudget
  resends: Resends
  credentials: Pick<CredentialSeries, 'noteUse'>
  deliver: Deliver
  publishDeadlineMs: number
  spools: Spools
  names: Names
  metrics: Pick<IngressMetrics, 'bodyBytes' | 'changedResends'>
  logger: Logger
}

/** A disk that hangs answers nothing at all, and GitLab gives up after 10 s. */
const appendLimitMs = 4000

/** What the brokers get in any case, in milliseconds: those that are well need no more. */
const leastDeadlineMs = 300

/** The way of one hook, top to bottom. Never throws. */
export type Receive = (request: IncomingMessage, sourceName: string) => Promise<Outcome>

export const createReceive = (stages: Stages): Receive => {
  const {
    admit,
    throttle,
    readBody,
    unproven,
    resends,
    credentials,
    deliver,
    publishDeadlineMs,
    spools,
    names,
    metrics,
    logger,
  } = stages

  return async (request, sourceName) => {
    const receivedAt = Date.now()

    const admitted = admit(request, sourceName)
    if ('reason' in admitted) return throttle(request, admitted)

    const body = await readBody(request, admitted.proof === 'token' ? unlimited : unproven)
    if ('reason' in body) return body

    const proven = authenticate(admitted, body)
    if ('reason' in proven) return throttle(request, proven)

    if (admitted.proof === 'signature' && resends.compare(admitted.signed.id, body) === 'changed') {
      metrics.changedResends.inc()
      logger.warn('sent again with another body', { delivery_id: admitted.signed.id })
    }

    const { source } = admitted
    const headers = hookHeaders(request.headers, source.instance)
    const hook: Hook = { id: idOf(request.headers), source: source.name, receivedAt, headers, body }
    credentials.noteUse(source.label, proven, receivedAt)
    metrics.bodyBytes.observe(body.length)

    // What waits in the spool goes first: a hook that overtook it would undo what a later one says. Better late than lost, though.
    const mustWait = spools.common.state.records > 0
    return mustWait && (await spoolFailure(hook)) === undefined ? keptOnDisk(hook) : publish(hook)
  }

  async function publish(hook: Hook): Promise<Outcome> {
    try {
      const left = publishDeadlineMs - (Date.now() - hook.receivedAt)
      return await deliver(hook, Math.min(publishDeadlineMs, Math.max(leastDeadlineMs, left)))
    } catch (error) {
      const topic = error instanceof TopicUnavailableError ? error.topic : undefined
      // Of a topic it was said once, when it was taken out.
      if (topic === undefined)
        logger.warn('hook not published, spooling it', { delivery_id: hook.id, error: messageOf(error) })
      const failure = await spoolFailure(hook, topic)
      if (failure === undefined) return keptOnDisk(hook)
      logger.error('hook not kept', { delivery_id: hook.id, error: messageOf(failure) })
      return unavailable('neither the brokers nor our disk take the hook; it is not kept')
    }
  }

  /** Puts it on disk. @returns why it is not there, where it is not */
  async function spoolFailure(hook: Hook, topic?: string): Promise<unknown> {
    try {
      await withTimeLimit(appendLimitMs, spools.append(hook, topic))
      return undefined
    } catch (error) {
      return error
    }
  }

  function keptOnDisk(hook: Hook): Kept {
    const { event, name } = classify(hook)
    return spooled({ event, name, topic: names.topic(event), id: hook.id })
  }
}

const idPattern = /^[\x21-\x7e]{1,200}$/

/** GitLab repeats its id when it sends a hook again; equal bodies alone can be different facts. */
const idOf = (headers: IncomingHttpHeaders): string => {
  const given = headers['webhook-id'] ?? headers['idempotency-key']
  return typeof given === 'string' && idPattern.test(given) ? given : randomUUIDv7()
}
