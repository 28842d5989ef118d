import { resolve } from 'node:path'
import type { Environment } from '../../lib/config.ts'
import { folderFault } from '../../lib/disk/folder-fault.ts'
import { messageOf, PermanentError, RetriableError, UsageError } from '../../lib/errors.ts'

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
  const fault = folderFault(error, foldersOf(env))
  if (fault instanceof UsageError) return fault.message
  // The message of a failed system call names the file or address and the reason.
  return error instanceof Error && 'syscall' in error ? error.message : undefined
}

const folderVariables = ['INGRESS_SPOOL_DIR', 'PUSH_AUTHOR_LOG_DIR', 'BRIDGE_CACHE_DIR', 'BRIDGE_DATA_DIR']

/** The folders that the environment names, as absolute paths. */
const foldersOf = (env: Environment): Record<string, string> => {
  const all = { BRIDGE_DATA_DIR: '.bridge', ...env }
  const named = folderVariables.flatMap((variable): [string, string][] => {
    const folder = all[variable as keyof typeof all]
    return folder ? [[variable, resolve(folder)]] : []
  })
  return Object.fromEntries(named)
}

// "Broker not connected" is an error of kafkajs that has no name of its own.
const isFromKafkaClient = (error: unknown): boolean =>
  error instanceof Error && (error.name.startsWith('KafkaJS') || error.message === 'Broker not connected')
