import { RetriableError } from '../../../lib/errors.ts'
import { GroupError } from '../middleware/group-error.ts'

/**
 * What follows when a call fails.
 *
 * `rejoin`: the error goes to the Kafka client, which joins the group again. `stop`: handling ends, because
 * the worker stops. `wait`: the circuit breaker opens, and the messages come again. `try_singly`: the
 * messages are handled one by one.
 */
export type FailureDecision = 'rejoin' | 'stop' | 'wait' | 'try_singly'

/** @param messageCount how many messages failed together */
export const decideOnFailure = (
  error: unknown,
  isStopping: boolean,
  messageCount: number,
): FailureDecision => {
  if (error instanceof GroupError) return 'rejoin'
  if (isStopping) return 'stop'
  if (error instanceof RetriableError || messageCount === 1) return 'wait'
  return 'try_singly'
}

/** False for a problem of the group, an outage and a stop: the attempt must then not count as failed. */
export const isMessageAtFault = (error: unknown, isStopping: boolean): boolean =>
  !(error instanceof GroupError || error instanceof RetriableError || isStopping)
