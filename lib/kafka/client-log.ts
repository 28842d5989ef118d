import { type LogEntry, logLevel } from 'kafkajs'
import type { Logger } from '../logger.ts'

// kafkajs logs these as errors or warnings, but they belong to the normal operation of a cluster: rebalances, moved
// leaders, a coordinator that is still loading, a closed connection. kafkajs recovers from them by itself; where it
// does not, the call that fails rejects with an error.
const normalOperation =
  /rebalanc|coordinator|not the leader|leadership election|Connection (timeout|error)|Closed connection|Restarting the consumer|Crash: KafkaJS|without match|timed out/i

/** Writes a log entry of kafkajs to our log. */
export const logClientEntry = (
  logger: Logger,
  { level, namespace, log: { message, timestamp: _timestamp, logger: _logger, ...fields } }: LogEntry,
): void => {
  const details = { kafkajs: namespace, ...fields, stack: undefined }
  const isDetail = level === logLevel.INFO || level === logLevel.DEBUG
  if (isDetail || normalOperation.test(`${message} ${fields.error ?? ''}`)) logger.debug(message, details)
  else if (level === logLevel.ERROR) logger.error(message, details)
  else logger.warn(message, details)
}
