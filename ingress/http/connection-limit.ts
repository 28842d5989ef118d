import { readFileSync } from 'node:fs'
import type { Logger } from '../../lib/logger.ts'
import type { ConnectionLimits } from './connections.ts'

/** Descriptors that stay free for the files of the spool, the brokers, the registry and operations. */
const reservedDescriptors = 256

/**
 * How many connections can be open at the same time. Each one needs a file descriptor, and without a free
 * descriptor the spool cannot open its next file.
 *
 * @param descriptors how many files this process may open; undefined if it is not known
 */
export const connectionLimitsOf = (
  maxConnections: number,
  descriptors: number = Number.POSITIVE_INFINITY,
): Pick<ConnectionLimits, 'connections' | 'momentary'> => {
  const reserved = Math.min(reservedDescriptors, Math.floor(descriptors * 0.75))
  const available = Math.max(1, descriptors - reserved)
  return {
    connections: Math.min(maxConnections, available),
    momentary: Math.min(maxConnections + burst, available),
  }
}

/** The longest queue of new connections in the kernel. All of them can be accepted at once. */
const burst = 511

/** The limits of connections. A limit of the operating system that allows fewer than configured is logged. */
export const readConnectionLimits = (
  maxConnections: number,
  logger: Logger,
): ReturnType<typeof connectionLimitsOf> => {
  const descriptors = readDescriptorLimit()
  const limits = connectionLimitsOf(maxConnections, descriptors)
  if (limits.connections < maxConnections)
    logger.warn(
      'the limit of open files allows fewer connections than INGRESS_MAX_CONNECTIONS: ' +
        'raise it (ulimit -n) or lower INGRESS_MAX_CONNECTIONS',
      { open_files: descriptors, connections: limits.connections, configured: maxConnections },
    )
  return limits
}

/** @returns undefined where the system does not say, or has no limit */
const readDescriptorLimit = (): number | undefined => {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? undefined : Number(soft)
  } catch {
    return undefined
  }
}
