import type { LogDeliveries, Logger } from '../../lib/logger.ts'
import type { Hook } from '../hook.ts'
import type { Outcome } from '../outcome.ts'
import type { LimitedLog } from './limited-log.ts'

/** Monotonic times of the stages of a hook, in milliseconds. */
export interface StageTimes {
  /** When its headers had been read. */
  arrivedAt: number
  /** When its body was complete and authenticated. */
  readAt: number
  /** When it was acknowledged, on disk or given up. */
  settledAt: number
}

/** Writes one wide line about an authenticated hook: never its body, and never a credential. */
export type LogHook = (hook: Hook, outcome: Outcome, times: StageTimes) => void

const isProblem = ({ kind }: Outcome): boolean => kind !== 'published' && kind !== 'unknown'

/** Problems are limited to some lines a minute: during an outage every hook is one. */
export const createHookLog = (
  which: LogDeliveries,
  logger: Pick<Logger, 'info'>,
  limitedLog: LimitedLog,
): LogHook => {
  if (which === 'all')
    return (hook, outcome, times) => void logger.info('hook', fieldsOf(hook, outcome, times))
  return (hook, outcome, times) => {
    if (isProblem(outcome)) limitedLog.warn(`hook: ${outcome.kind}`, 'hook', fieldsOf(hook, outcome, times))
  }
}

const fieldsOf = (hook: Hook, outcome: Outcome, { arrivedAt, readAt, settledAt }: StageTimes) => {
  const { event, topic, at } = 'reason' in outcome ? {} : outcome
  return {
    delivery_id: hook.id,
    outcome: outcome.kind,
    event,
    project: at?.key,
    topic,
    partition: at?.partition,
    offset: at?.offset,
    source: hook.source,
    traceparent: hook.headers.traceparent,
    bytes: hook.body.length,
    read_ms: milliseconds(readAt - arrivedAt),
    publish_ms: milliseconds(settledAt - readAt),
    total_ms: milliseconds(settledAt - arrivedAt),
  }
}

const milliseconds = (duration: number): number => Math.round(duration * 10) / 10
