import type { Environment } from '../lib/config.ts'
import { ConfigError, type ConfigFault } from '../lib/errors.ts'

/** A port on which a worker answers users. */
export interface ServedPort {
  /** The variable that sets the port. */
  variable: string
  preferred: number
  hostVariable: string
  host: string
  /** Its key in `endpoints.json`. */
  endpoint: 'directory_url' | 'feed_url'
}

/** What the supervisor must know about a worker. */
export interface Worker {
  name: string
  /** The default of its METRICS_PORT. */
  metricsPort: number
  /** The roles that it has in the database: its own, and those of readers. Empty if it uses none. */
  databaseRoles: readonly string[]
  /** The API that it serves beside its operations port. */
  serves?: ServedPort
  /** @throws ConfigError if the worker cannot run in this environment */
  readConfig(env: Environment): Promise<unknown>
}

/** The variables that keep a worker from running in this environment; empty if it can run. */
export const faultsOf = async (worker: Worker, env: Environment): Promise<readonly ConfigFault[]> => {
  try {
    await worker.readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}
