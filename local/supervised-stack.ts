import type { Environment } from '../lib/config.ts'
import type { DataFolder } from './data-folder.ts'
import type { Java } from './java.ts'
import type { Output } from './process/output.ts'
import type { WorkerSelection } from './select-workers.ts'
import type { Worker } from './workers.ts'

/** What `bridge local` runs, and where. */
export interface SupervisedStack {
  env: Environment
  /** Absolute. */
  dataDir: string
  cacheDir: string
  /** Path of the Node executable that runs the processes. */
  node: string
  /** Path of cli/bridge.ts. */
  entry: string
  cwd: string
  /** The workers to run. Their settings are complete. */
  workers: readonly Worker[]
  /** The other workers, and why they do not run. */
  waiting: WorkerSelection['waiting']
  databaseRoles: WorkerSelection['databaseRoles']
  /** The processes beside the ingress and the workers. Each runs the command of its name. */
  others: readonly { name: string; metricsPort: number }[]
  topics: readonly string[]
  /** Path of a sample push hook, in a form that the user can paste. */
  samplePath: string
  output: Output
}

/** What a start of the stack has prepared. */
export interface Prepared {
  folder: DataFolder
  java: Java
  /** Aborted when the stack stops. */
  signal: AbortSignal
}
