import type { PublishFailureCause } from '../metrics.ts'

/** What a failure of the Kafka client consists of. */
interface ClientError {
  name?: string
  /** Kafka's name of the error, if a broker answered with one. */
  type?: string
  message?: string
}

/**
 * Why a produce request failed, as a value of a metric label. `refused`: the brokers never accept these
 * records.
 */
export const causeOf = (error: unknown): PublishFailureCause => {
  const { name = '', type = '', message = '' } = innermost(error) as ClientError
  if (/TOO_LARGE|INVALID_RECORD|INVALID_TIMESTAMP|CORRUPT_MESSAGE/.test(type)) return 'refused'
  if (/NOT_LEADER|LEADER_NOT_AVAILABLE|UNKNOWN_LEADER|FENCED_LEADER/.test(type)) return 'leader'
  // After a leader has moved, the client may report success without having sent to the new leader.
  if (/not acknowledged/.test(message)) return 'leader'
  if (/NOT_ENOUGH_REPLICAS/.test(type)) return 'replicas'
  if (/UNKNOWN_TOPIC|TOPIC_AUTHORIZATION/.test(type)) return 'topic'
  if (/TIMED_OUT/.test(type) || /Timeout/.test(name) || /no answer within/.test(message)) return 'timeout'
  if (/Connection|Broker|Closed|Metadata|NumberOfRetries/.test(name)) return 'connection'
  // kafkajs throws a plain Error if the connection to a broker is gone.
  return /not connected|disconnected/.test(message) ? 'connection' : 'other'
}

/** Whether the Kafka user of the bridge lacks rights on a topic. */
export const isForbidden = (error: unknown): boolean =>
  (innermost(error) as ClientError).type === 'TOPIC_AUTHORIZATION_FAILED'

/** Whether the brokers refuse the time of a record: a clock is wrong, not the record. */
export const isTimestampRefused = (error: unknown): boolean =>
  (innermost(error) as ClientError).type === 'INVALID_TIMESTAMP'

/** The client wraps an error in "number of retries exceeded", even if it did not retry. */
const innermost = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error
