import type { Variables } from '../lib/config.ts'
import type { EventType } from '../schemas/catalogue.ts'
import type { PersonalData } from './personal-data/personal-data.ts'

/**
 * A server of a worker beside its operations port. `npm start` chooses its port together with all others, and
 * writes its address to `endpoints.json`.
 */
export interface ServedApi {
  /** The variables that set the address. */
  port: string
  host: string
  /** Its key in `endpoints.json`. */
  endpoint: 'directory_url' | 'feed_url'
}

/** What every worker says of itself, whether it reads in a consumer group or follows the log without one. */
export interface WorkerDefinition<E extends EventType, V extends Variables> {
  /** In kebab-case. It names the process, and the consumer group and the dead-letter topic if it has them. */
  name: string
  /** What the worker is for, in one sentence. */
  summary: string
  events: readonly E[]
  /** What the worker keeps about people, and how it is erased. */
  personalData: PersonalData
  /** Set by a worker that listens on a port of its own. */
  serves?: ServedApi
  /** Default of METRICS_PORT, where /metrics, /livez and /readyz are served. */
  metricsPort: number
  /** The environment variables that only this worker reads. */
  variables: V
}
