import { type LogEntry, logLevel } from 'kafkajs'
import type { Logger } from '../logger.ts'

// kafkajs logs these as errors or warnings, but they belong to the normal operation of a cluster: rebalances,
// moved leaders, a coordinator that is still loading, a closed connection. kafkajs recovers from them by
// itself; where it does not, the call that fails rejects with an error. A refused login is such an error: our
// code names the variable at fault.
const normalOperation = [
  /rebalanc|coordinator|not the leader|leadership election/i,
  /Connection (timeout|error)|Closed connection|without match|timed out/i,
  /Restarting the consumer|Crash: KafkaJS/i,
  /SASL \S+ authentication failed|Response SaslAuthenticate|KAFKA_OAUTH_[A-Z_]+: |could not be renewed/,
]

/** Writes a log entry of kafkajs to our log. */
export const logClientEntry = (
  logger: Logger,
  { level, namespace, log: { message, timestamp: _timestamp, logger: _logger, ...fields } }: LogEntry,
): void => {
  const details = { kafkajs: namespace, ...fields, stack: undefined }
  const text = `${message} ${fields.error ?? ''}`
  const isNormal = normalOperation.some((pattern) => pattern.test(text))
  const isDetail = level === logLevel.INFO || level === logLevel.DEBUG
  if (isDetail || isNormal) logger.debug(message, details)
  else if (level === logLevel.ERROR) logger.error(message, details)
  else logger.warn(message, details)
}
