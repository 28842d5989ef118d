import type { Environment } from '../lib/config.ts'
import type { ConfigFault } from '../lib/errors.ts'
import { reachable } from './addresses.ts'
import type { LocalPorts } from './local-ports.ts'
import type { ProcessEnvironments } from './process/process-environment.ts'
import type { SupervisedStack } from './supervised-stack.ts'
import { faultsOf } from './workers.ts'

/** A process to run: a `bridge` command with its environment. */
export interface PlannedProcess {
  name: string
  args: readonly string[]
  env: Environment
  /** Base URL of its operations server. */
  operationsUrl: string
}

/** The processes that run on the servers. */
export interface ProcessPlan {
  ingress: PlannedProcess
  /** The workers whose configuration is complete. */
  workers: readonly PlannedProcess[]
  others: readonly PlannedProcess[]
  /** The workers that cannot run yet, with the variables that keep them from running. */
  incomplete: readonly { name: string; faults: readonly ConfigFault[] }[]
}

export const planProcesses = (
  { workers, others }: Pick<SupervisedStack, 'workers' | 'others'>,
  environments: ProcessEnvironments,
  ports: Pick<LocalPorts, 'hook' | 'metrics'>,
): ProcessPlan => {
  const portOf = (name: string) => ports.metrics[name] ?? 0
  const plan = (name: string, args: readonly string[], env: Environment): PlannedProcess => ({
    name,
    args,
    env,
    operationsUrl: `http://${reachable(env.METRICS_HOST)}:${env.METRICS_PORT}`,
  })
  const checked = workers.map((worker) => {
    const env = environments.worker(worker.name, portOf(worker.name))
    return { name: worker.name, env, faults: faultsOf(worker, env) }
  })
  const complete = checked.filter(({ faults }) => faults.length === 0)
  return {
    ingress: plan(
      'ingress',
      ['ingress'],
      environments.ingress({ hook: ports.hook, metrics: portOf('ingress') }),
    ),
    workers: complete.map(({ name, env }) => plan(name, ['consumer', name], env)),
    others: others.map(({ name }) => plan(name, [name], environments.worker(name, portOf(name)))),
    incomplete: checked.filter(({ faults }) => faults.length > 0),
  }
}
