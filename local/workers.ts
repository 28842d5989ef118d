import type { Environment } from '../lib/config.ts'
import { ConfigError, type ConfigFault } from '../lib/errors.ts'

/** What the supervisor needs to know of a worker. */
export interface Worker {
  name: string
  /** Its usual operations port. */
  metricsPort: number
  /** @throws ConfigError when it cannot run in this environment */
  readConfig(env: Environment): unknown
}

/** Why a worker cannot run with this environment; empty when it can. */
export const faultsOf = (worker: Worker, env: Environment): readonly ConfigFault[] => {
  try {
    worker.readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}
