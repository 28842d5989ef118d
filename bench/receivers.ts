import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../lib/config.ts'
import { allocatorEnvironment, nodeFlags } from '../local/process/node-options.ts'
import type { Case } from './plan.ts'
import type { Servers } from './servers.ts'

/** A program that receives hooks, and how to start it. */
export interface Receiver {
  name: ReceiverName
  /** As the table shows it. */
  title: string
  command: string
  args(port: number): readonly string[]
  /** @param folder for what it keeps on disk */
  env(port: number, folder: string): Environment
  /** What it answers when all is well. */
  status: number
  /** Which load it gets. */
  takes(load: Case): boolean
}

export type ReceiverName = 'ours' | 'baseline' | 'express' | 'flask' | 'stages' | 'no-kafka' | 'spool'

export const secretToken = 'not-a-real-token'

export interface ReceiverOptions {
  servers: Servers
  /** Where gunicorn is; undefined without Python. */
  flaskBin: string | undefined
  /** Another checkout of this project to compare with. */
  baseline: string | undefined
}

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Nobody listens there. */
const deadBroker = '127.0.0.1:1'

export const receiversOf = ({ servers, flaskBin, baseline }: ReceiverOptions): Receiver[] => {
  const ourEnv = (port: number, folder: string): Environment => ({
    ...servers.env,
    ...allocatorEnvironment,
    NODE_COMPILE_CACHE: join(servers.dataDir, 'compile-cache'), // as the container has it
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
      args: () => [...nodeFlags, join(baseline, 'cli/bridge.ts'), 'ingress'],
    },
    {
      name: 'express',
      title: 'Express, `express.json()`, one `send` each',
      ...node,
      args: () => [fileOf('peers/express/server.ts')],
      env: (port) => peerEnv(port, 'bench.express'),
      takes: always,
    },
    flaskBin !== undefined && {
      name: 'flask',
      title: 'Flask, gunicorn, `flush()` each',
      command: join(flaskBin, 'gunicorn'),
      // Workers and threads as gunicorn's documentation recommends for two cores.
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
      title: '`node:http` that keeps nothing',
      ...node,
      args: () => [fileOf('ceiling/no-kafka.ts')],
      env: (port) => peerEnv(port, ''),
      takes: closedOnly,
    },
    {
      ...ours,
      name: 'spool',
      title: 'bridge ingress, Kafka unreachable: all to the spool',
      env: (port, folder) => ({ ...ourEnv(port, folder), KAFKA_BROKERS: deadBroker }),
      status: 202,
      takes: (load) => load.kind === 'closed' && [32, 64].includes(load.connections),
    },
  ]
  return all.filter((receiver) => receiver !== false)
}
