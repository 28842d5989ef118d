import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import { withRunningTimeLimit } from '../../../lib/time-limit.ts'
import type { Names } from '../../../schemas/topics.ts'
import type { Deliver } from '../../deliver.ts'
import type { IngressMetrics } from '../../metrics.ts'
import { spooled, unavailable } from '../../outcome.ts'
import { classify, guessEvent } from '../../record/classify.ts'
import { isLargeBody } from '../../record/large-body.ts'
import type { Spools } from '../spools.ts'
import type { AcceptedHook } from './accepted-hook.ts'

/** What is needed to keep a hook: the brokers, the spool and the time for them. */
export interface KeepStages {
  deliveryPath: {
    deliver: Deliver
    state(): 'connecting' | 'open' | 'failing'
    /** Sends no further produce request until `resume`. The request in flight goes on. */
    pause(): void
    resume(): void
  }
  spools: Pick<Spools, 'append' | 'appendAll' | 'isHanging'> & {
    common: { state: Pick<Spools['common']['state'], 'records'> }
  }
  /** How long a hook may wait for the brokers, in milliseconds from the first byte of the request. */
  publishDeadlineMs: number
  /**
   * When the hook is answered at the latest, in milliseconds from the first byte of the request. The body,
   * the brokers and the disk share this time: a disk that hangs never answers, and GitLab waits 10 s.
   */
  answerWithinMs: number
  names: Names
  metrics: Pick<IngressMetrics, 'placesLost'>
  logger: Logger
}

/** Tells the sender that the hook is on our disk. */
export const answerSpooled = ({ hook, answer }: AcceptedHook, { names }: Pick<KeepStages, 'names'>): void => {
  // The answer is not worth parsing a large body once more.
  const { event, name } = isLargeBody(hook.body) ? guessEvent(hook) : classify(hook)
  answer(spooled({ event, name, topic: names.topic(event), id: hook.id }))
}

/** Tells the sender that the hook was not kept. Does nothing if it has its answer already. */
export const answerNotKept = (
  accepted: AcceptedHook,
  error: unknown,
  { logger }: Pick<KeepStages, 'logger'>,
): void => {
  if (accepted.isAnswered) return
  logger.error('a hook was not kept', { delivery_id: accepted.hook.id, error: messageOf(error) })
  accepted.answer(unavailable('neither Kafka nor the spool accepted the hook; it was not kept'))
}

/**
 * Appends one hook to the spool.
 *
 * @param limitMs how long it may take, from the first byte of the request. A pause of this process does not
 *   count: the hook may be on disk already, and if it was published as well, it would overtake older ones.
 * @returns undefined once the hook is on disk, else why it is not
 */
export const tryAppend = async (
  { hook, leftMs }: AcceptedHook,
  limitMs: number,
  { spools }: Pick<KeepStages, 'spools'>,
  topic?: string,
): Promise<unknown> => {
  try {
    await withRunningTimeLimit(leftMs(limitMs), spools.append(hook, topic))
    return undefined
  } catch (error) {
    return error
  }
}
