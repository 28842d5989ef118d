import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../lib/config.ts'
import { allocatorEnvironment, nodeFlags } from '../local/process/node-options.ts'
import { baselinePrefix, baselineProgram } from './baseline.ts'
import type { Case } from './plan.ts'
import type { Servers } from './servers.ts'

/** A program that receives hooks, and how to start it. */
export interface Receiver {
  name: ReceiverName
  /** The name in the table, Markdown. */
  title: string
  command: string
  args(port: number): readonly string[]
  /** @param folder where the receiver may keep files */
  env(port: number, folder: string): Environment
  /** The status of its answer to a hook that it has kept. */
  status: number
  /** Whether it is measured under this load. */
  takes(load: Case): boolean
}

export type ReceiverName = 'ours' | 'baseline' | 'express' | 'flask' | 'stages' | 'no-kafka' | 'spool'

export const secretToken = 'not-a-real-token'

export interface ReceiverOptions {
  servers: Servers
  /** The folder of gunicorn; undefined where there is no Python. */
  flaskBin: string | undefined
  /** The folder of another checkout of this project. */
  baseline: string | undefined
}

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** No process listens on this port. */
const deadBroker = '127.0.0.1:1'

export const receiversOf = ({ servers, flaskBin, baseline }: ReceiverOptions): Receiver[] => {
  const ourEnv = (port: number, folder: string): Environment => ({
    ...servers.env,
    ...allocatorEnvironment,
    // The container has a compile cache too.
    NODE_COMPILE_CACHE: join(servers.dataDir, 'compile-cache'),
    BRIDGE_DATA_DIR: folder,
    INGRESS_HOST: '127.0.0.1',
    INGRESS_PORT: String(port),
    INGRESS_SECRET_TOKENS: secretToken,
    INGRESS_DRAIN_SECONDS: '0',
    INGRESS_SPOOL_MAX_BYTES: String(16 * 1024 ** 3),
    METRICS_HOST: '127.0.0.1',
    METRICS_PORT: '0',
    LOG_LEVEL: 'info',
  })
  const peerEnv = (port: number, topic: string): Environment => ({
    PATH: servers.env.PATH,
    NODE_ENV: 'production',
    PORT: String(port),
    KAFKA_BROKERS: servers.kafkaBrokers,
    TOPIC: topic,
    TOKEN: secretToken,
  })
  const node = { command: process.execPath, status: 200 }
  const always = () => true
  const closedOnly = ({ kind }: Case) => kind === 'closed'

  const ours: Receiver = {
    name: 'ours',
    title: '**bridge ingress**',
    ...node,
    args: () => [...nodeFlags, fileOf('../cli/bridge.ts'), 'ingress'],
    env: ourEnv,
    takes: always,
  }
  const all: (Receiver | false)[] = [
    ours,
    baseline !== undefined && {
      ...ours,
      name: 'baseline',
      title: 'bridge ingress, baseline',
      args: () => [...nodeFlags, baselineProgram(baseline), 'ingress'],
      env: (port, folder) => ({ ...ourEnv(port, folder), KAFKA_TOPIC_PREFIX: baselinePrefix }),
    },
    {
      name: 'express',
      title: 'Express, `express.json()`, one `send` for each hook',
      ...node,
      args: () => [fileOf('peers/express/server.ts')],
      env: (port) => peerEnv(port, 'bench.express'),
      takes: always,
    },
    flaskBin !== undefined && {
      name: 'flask',
      title: 'Flask, gunicorn, one `flush()` for each hook',
      command: join(flaskBin, 'gunicorn'),
      // The numbers of workers and threads that gunicorn's documentation recommends for two cores.
      args: (port) => [
        ...['--bind', `127.0.0.1:${port}`, '--worker-class', 'gthread', '--workers', '5', '--threads', '4'],
        ...['--log-level', 'error', '--no-control-socket', '--chdir', fileOf('peers/flask'), 'app:app'],
      ],
      env: (port) => ({ ...peerEnv(port, 'bench.flask'), PYTHONDONTWRITEBYTECODE: '1' }),
      status: 200,
      takes: closedOnly,
    },
    {
      name: 'stages',
      title: 'our stages behind bare `node:http`',
      ...node,
      args: () => [...nodeFlags, fileOf('ceiling/stages.ts')],
      env: ourEnv,
      takes: closedOnly,
    },
    {
      name: 'no-kafka',
      title: '`node:http` that only answers',
      ...node,
      args: () => [fileOf('ceiling/no-kafka.ts')],
      env: (port) => peerEnv(port, ''),
      takes: closedOnly,
    },
    {
      ...ours,
      name: 'spool',
      title: 'bridge ingress, Kafka unreachable: every hook is spooled',
      env: (port, folder) => ({ ...ourEnv(port, folder), KAFKA_BROKERS: deadBroker }),
      status: 202,
      takes: (load) => load.kind === 'closed' && [32, 64].includes(load.connections),
    },
  ]
  return all.filter((receiver) => receiver !== false)
}
