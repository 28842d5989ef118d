import type { Environment } from '../../lib/config.ts'
import { messageOf, PermanentError, RetriableError } from '../../lib/errors.ts'

/**
 * One sentence for the operator if another server or the operating system caused the error. It needs no stack
 * trace.
 *
 * @returns undefined if the error may be a fault of this program
 */
export const outageMessage = (error: unknown, env: Environment): string | undefined => {
  if (error instanceof RetriableError || error instanceof PermanentError) return error.message
  if (isFromKafkaClient(error))
    return `Kafka (KAFKA_BROKERS: ${env.KAFKA_BROKERS ?? ''}): ${messageOf(error)}`
  // The message of a failed system call names the file or address and the reason.
  return error instanceof Error && 'syscall' in error ? error.message : undefined
}

// "Broker not connected" is an error of kafkajs that has no name of its own.
const isFromKafkaClient = (error: unknown): boolean =>
  error instanceof Error && (error.name.startsWith('KafkaJS') || error.message === 'Broker not connected')
