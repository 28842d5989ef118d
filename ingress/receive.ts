import type { IncomingMessage } from 'node:http'
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
import { deliveryIdOf, forwardedHeaders, type Hook } from './hook.ts'
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
  /** Limits the memory for bodies whose signature has not been verified yet. */
  unproven: ByteBudget
  resends: Resends
  credentials: Pick<CredentialSeries, 'noteUse'>
  deliver: Deliver
  /** How long a hook may wait for the brokers, in milliseconds from its headers. */
  publishDeadlineMs: number
  /**
   * When the hook is answered at the latest, in milliseconds from its headers. The body, the brokers and the
   * disk share this time: a disk that hangs never answers, and GitLab gives up after 10 s.
   */
  answerWithinMs: number
  spools: Spools
  names: Names
  metrics: Pick<IngressMetrics, 'bodyBytes' | 'changedResends'>
  logger: Logger
}

/** The brokers and the disk get this long even if the body used up their time. Healthy ones need no more. */
const minStepMs = 300

/** Takes one hook through all stages, in this order. Never rejects. */
export type Receive = (request: IncomingMessage, sourceName: string) => Promise<Outcome>

/**
 * The first half of a hook's way: admit, read the body, authenticate, then publish or spool. `deliver.ts`
 * continues from there to the acknowledgement of the brokers.
 */
export const createReceive = (stages: Stages): Receive => {
  const { admit, throttle, readBody, unproven, resends, credentials, metrics, logger } = stages
  const publishOrSpool = createPublishOrSpool(stages)

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
      logger.warn('a hook was sent again with another body', { delivery_id: admitted.signed.id })
    }

    const { source } = admitted
    credentials.noteUse(source.label, proven, receivedAt)
    metrics.bodyBytes.observe(body.length)
    return publishOrSpool({
      id: deliveryIdOf(request.headers),
      source: source.name,
      receivedAt,
      headers: forwardedHeaders(request.headers, source.instance),
      body,
    })
  }
}

type PublishOrSpoolStages = Pick<
  Stages,
  'deliver' | 'publishDeadlineMs' | 'answerWithinMs' | 'spools' | 'names' | 'logger'
>

/** Publishes an authenticated hook or writes it to the spool. It is kept only if one of the two succeeds. */
const createPublishOrSpool = (stages: PublishOrSpoolStages): ((hook: Hook) => Promise<Outcome>) => {
  const { deliver, publishDeadlineMs, answerWithinMs, spools, names, logger } = stages

  const publish = async (hook: Hook): Promise<Outcome> => {
    try {
      return await deliver(hook, leftMs(hook, publishDeadlineMs))
    } catch (error) {
      const topic = error instanceof TopicUnavailableError ? error.topic : undefined
      // An unavailable topic was logged once, when it was marked unavailable.
      if (topic === undefined)
        logger.warn('a hook was not published and goes to the spool', {
          delivery_id: hook.id,
          error: messageOf(error),
        })
      const failure = await append(hook, answerWithinMs, topic)
      if (failure === undefined) return spooledOutcome(hook)
      logger.error('a hook was not kept', { delivery_id: hook.id, error: messageOf(failure) })
      return unavailable('neither Kafka nor the spool accepted the hook; it was not kept')
    }
  }

  /** @returns undefined once the hook is on disk, else why it is not */
  const append = async (hook: Hook, withinMs: number, topic?: string): Promise<unknown> => {
    try {
      await withTimeLimit(leftMs(hook, withinMs), spools.append(hook, topic))
      return undefined
    } catch (error) {
      return error
    }
  }

  const spooledOutcome = (hook: Hook): Kept => {
    const { event, name } = classify(hook)
    return spooled({ event, name, topic: names.topic(event), id: hook.id })
  }

  /** If the spool does not take the hook, it is published all the same: out of order is better than lost. */
  const spoolFirst = async (hook: Hook): Promise<Outcome> => {
    const failure = await append(hook, answerWithinMs - 2 * minStepMs)
    return failure === undefined ? spooledOutcome(hook) : publish(hook)
  }

  // Hooks in the spool are published first. If a newer hook overtook an older one of the same project, a
  // reader would see the old state last.
  return (hook) => (spools.common.state.records > 0 ? spoolFirst(hook) : publish(hook))
}

/** How much is left of a time that began with the headers of the hook, in milliseconds. */
const leftMs = ({ receivedAt }: Hook, limitMs: number): number =>
  Math.min(limitMs, Math.max(minStepMs, limitMs - (Date.now() - receivedAt)))
