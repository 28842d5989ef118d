import type { Environment } from '../lib/config.ts'
import { reachable } from './addresses.ts'
import type { LocalPorts } from './local-ports.ts'
import type { ProcessEnvironments } from './process/process-environment.ts'
import type { SupervisedStack } from './supervised-stack.ts'

/** A process to run: a `bridge` command with its environment. */
export interface PlannedProcess {
  name: string
  args: readonly string[]
  env: Environment
  /** Base URL of its operations server. */
  operationsUrl: string
  /** The API that it serves, and its key in `endpoints.json`. */
  served?: { endpoint: 'directory_url' | 'feed_url'; url: string }
}

/** The processes that run on the servers. */
export interface ProcessPlan {
  ingress: PlannedProcess
  workers: readonly PlannedProcess[]
  others: readonly PlannedProcess[]
}

export const planProcesses = (
  { workers, others }: Pick<SupervisedStack, 'workers' | 'others'>,
  environments: ProcessEnvironments,
  ports: Pick<LocalPorts, 'hook' | 'metrics' | 'served'>,
): ProcessPlan => {
  const portOf = (name: string) => ports.metrics[name] ?? 0
  const plan = (name: string, args: readonly string[], env: Environment): PlannedProcess => ({
    name,
    args,
    env,
    operationsUrl: `http://${reachable(env.METRICS_HOST)}:${env.METRICS_PORT}`,
  })
  const planWithPort = (name: string, args: readonly string[]) =>
    plan(name, args, environments.worker(name, portOf(name)))
  return {
    ingress: plan(
      'ingress',
      ['ingress'],
      environments.ingress({ hook: ports.hook, metrics: portOf('ingress') }),
    ),
    workers: workers.map(({ name, serves }) => {
      const planned = planWithPort(name, ['consumer', name])
      if (serves === undefined) return planned
      const servedPort = ports.served[name] ?? 0
      return {
        ...planned,
        env: { ...planned.env, [serves.variable]: String(servedPort) },
        served: { endpoint: serves.endpoint, url: `http://${reachable(serves.host)}:${servedPort}` },
      }
    }),
    others: others.map(({ name }) => planWithPort(name, [name])),
  }
}
