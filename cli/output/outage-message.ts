import type { Environment } from '../../lib/config.ts'
import { messageOf, PermanentError, RetriableError } from '../../lib/errors.ts'

/** What another server, or the system, did not do for us, in one sentence; undefined for a fault that may be our own. */
export const outageMessage = (error: unknown, env: Environment): string | undefined => {
  if (error instanceof RetriableError || error instanceof PermanentError) return error.message
  if (isOfKafka(error)) return `Kafka (KAFKA_BROKERS: ${env.KAFKA_BROKERS ?? ''}): ${messageOf(error)}`
  // Calls of the system say in their message what was asked for and why it was refused.
  return error instanceof Error && 'syscall' in error ? error.message : undefined
}

// Some of what the client throws has no name of its own.
const isOfKafka = (error: unknown): boolean =>
  error instanceof Error && (error.name.startsWith('KafkaJS') || error.message === 'Broker not connected')
