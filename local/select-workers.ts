import type { Environment } from '../lib/config.ts'
import { type ConfigFault, SettingsError } from '../lib/errors.ts'
import { waitedFor } from '../lib/settings-sentence.ts'
import { processEnvironments } from './process/process-environment.ts'
import { faultsOf, type Worker } from './workers.ts'

/** A worker that does not run. */
export interface WaitingWorker {
  name: string
  /** The variables that keep it from running. */
  faults: readonly ConfigFault[]
  /** Whether BRIDGE_WORKERS names other workers only. */
  isLeftOut: boolean
}

export interface WorkerSelection {
  running: readonly Worker[]
  waiting: readonly WaitingWorker[]
  /** The names of all roles of the database: of workers, whether they run or not, and of readers. */
  databaseRoles: readonly string[]
}

/**
 * Decides which workers the local stack runs: those of BRIDGE_WORKERS, or every worker whose settings are
 * complete. Nothing needs to be running for this, so that a fault is found before anything is started.
 *
 * @param named the workers that BRIDGE_WORKERS names; undefined if it is not set
 * @param env the variables of the user
 * @throws SettingsError if BRIDGE_WORKERS names a worker whose settings are missing or wrong
 */
export const selectWorkers = async (
  workers: readonly Worker[],
  named: readonly string[] | undefined,
  env: Environment,
): Promise<WorkerSelection> => {
  const databaseRoles = workers.flatMap((worker) => worker.databaseRoles)
  const environments = processEnvironments({ ...placeholders, env, databaseRoles })
  const checked = await Promise.all(
    workers.map(async (worker) => ({
      worker,
      faults: await faultsOf(worker, environments.worker(worker.name, worker.metricsPort)),
      isNamed: named?.includes(worker.name) ?? true,
    })),
  )
  const unable = checked.filter(({ isNamed, faults }) => named !== undefined && isNamed && faults.length > 0)
  if (unable.length > 0) {
    const reasons = unable.map(({ worker, faults }) => `${worker.name} waits for ${waitedFor(faults)}`)
    throw new SettingsError(
      `The bridge was not started, because BRIDGE_WORKERS names what cannot run: ${reasons.join('; ')}.`,
    )
  }
  const runs = ({ isNamed, faults }: (typeof checked)[number]) => isNamed && faults.length === 0
  return {
    running: checked.filter(runs).map(({ worker }) => worker),
    waiting: checked
      .filter((each) => !runs(each))
      .map(({ worker, faults, isNamed }) => ({ name: worker.name, faults, isLeftOut: !isNamed })),
    databaseRoles,
  }
}

/** Values that are known only once the servers run. A worker checks only whether they are valid. */
const placeholders = {
  dataDir: '.',
  urls: {
    kafkaBrokers: '127.0.0.1:9092',
    schemaRegistryUrl: 'http://127.0.0.1:8081',
    databaseUrl: 'postgres://owner@127.0.0.1:5433/gitlab_bridge',
  },
  secrets: { ingressToken: 'generated', databaseRoles: 'generated' },
}
