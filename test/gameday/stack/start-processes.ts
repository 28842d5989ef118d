import assert from 'node:assert/strict'
import type { Environment } from '../../../lib/config.ts'
import type { Target } from '../../helpers/monitoring/start-prometheus.ts'
import { freePort, freePorts } from '../../helpers/process/free-ports.ts'
import { readSeries } from '../../helpers/process/read-series.ts'
import type { ReadyProcess, Stack } from '../../helpers/servers/stack.ts'

/** The workers that run. */
export const runningWorkers = [
  ...['audit-log', 'push-author-log', 'project-directory', 'chat-notifier', 'event-feed'],
] as const
export type RunningWorker = (typeof runningWorkers)[number]

/** The workers that nobody uses. Prometheus scrapes them all the same, and they must page nobody. */
const unusedWorkers = ['ldap-sync', 'hook-forwarder', 'issue-commenter', 'reviewer-mentions']

/** The processes of the bridge. Each keeps its port when it is started again. */
export interface GameProcesses {
  targets: readonly Target[]
  /** The addresses of workers that nobody uses: nothing listens there. */
  unusedTargets: readonly Target[]
  process(name: string): ReadyProcess
  /** Ends a process. Nothing starts it again, as it would be if it ended by itself. */
  end(name: string): Promise<void>
  /** Starts a process that was ended, on the same port with the same settings. */
  startAgain(name: string): Promise<void>
  /** Starts a further ingress with a folder and a spool of its own. */
  startIngress(env?: Environment): Promise<ReadyProcess>
  stop(): Promise<void>
}

/**
 * Starts the ingress, the workers and the lag exporter as production does.
 *
 * @param say tells the progress
 */
export const startProcesses = async (
  stack: Stack,
  env: Environment,
  say: (line: string) => void,
): Promise<GameProcesses> => {
  const plans = new Map<string, { job: Target['job']; args: readonly string[]; env: Environment }>()
  const ports = await freePorts(2 + runningWorkers.length)
  const nextPort = () => String(ports.pop())
  plans.set('ingress', { job: 'ingress', args: ['ingress'], env: { ...env, METRICS_PORT: nextPort() } })
  for (const name of runningWorkers)
    plans.set(name, { job: 'worker', args: ['consumer', name], env: { ...env, METRICS_PORT: nextPort() } })
  plans.set('lag-exporter', {
    job: 'lag-exporter',
    args: ['lag-exporter'],
    env: { ...env, METRICS_PORT: nextPort() },
  })
  const running = new Map<string, ReadyProcess>()
  const isEnded = new Set<string>()
  const startAgain = async (name: string) => {
    const plan = plans.get(name)
    assert.ok(plan, name)
    const started = await stack.startReady(plan.args, plan.env)
    running.set(name, started)
    isEnded.delete(name)
    void started.exited.then(async () => {
      if (isEnded.has(name)) return
      say(`${name} has ended by itself, and is started again`)
      await startAgain(name)
    })
  }
  const end = async (name: string) => {
    isEnded.add(name)
    await running.get(name)?.stop(10_000)
  }
  const process = (name: string) => running.get(name) ?? assert.fail(`${name} does not run`)
  // One after the other: on few cores, all at once would exceed the limits of time of a start.
  for (const name of plans.keys()) {
    await startAgain(name)
    say(`${name} runs`)
  }
  await process('ingress').eventually(async () =>
    assert.equal(await readSeries(process('ingress').metricsUrl, 'ingress_connected'), 1),
  )
  const closed = `http://127.0.0.1:${await freePort()}/metrics`
  return {
    targets: [...plans].map(([name, { job }]) => ({ job, process: name, url: process(name).metricsUrl })),
    unusedTargets: unusedWorkers.map((name) => ({ job: 'worker', process: name, url: closed })),
    process,
    end,
    startAgain,
    startIngress: async (overrides = {}) => {
      const dataDir = await stack.temporaryFolder()
      return stack.startReady(['ingress'], { ...env, BRIDGE_DATA_DIR: dataDir, ...overrides })
    },
    stop: async () => {
      await Promise.all([...running.keys()].map(end))
    },
  }
}
