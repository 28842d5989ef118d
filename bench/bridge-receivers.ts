import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../lib/config.ts'
import { allocatorEnvironment, nodeFlags } from '../local/process/node-options.ts'
import { baselinePrefix, baselineProgram } from './baseline.ts'
import { type Receiver, secretToken } from './receiver.ts'
import type { Servers } from './servers.ts'

/** No process listens on this port. */
const deadBroker = '127.0.0.1:1'

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Our ingress: as it is, in another checkout, without Express, and without Kafka. */
export const bridgeReceivers = (servers: Servers, baseline: string | undefined): Receiver[] => {
  const env = (port: number, folder: string): Environment => bridgeEnvironment(servers, port, folder)
  const ours: Receiver = {
    name: 'ours',
    title: '**bridge ingress**',
    command: process.execPath,
    args: () => [...nodeFlags, fileOf('../cli/bridge.ts'), 'ingress'],
    env,
    status: 200,
    takes: () => true,
  }
  const stages: Receiver = {
    ...ours,
    name: 'stages',
    title: 'our stages behind bare `node:http`',
    args: () => [...nodeFlags, fileOf('ceiling/stages.ts')],
    takes: ({ kind }) => kind === 'closed',
  }
  const spool: Receiver = {
    ...ours,
    name: 'spool',
    title: 'bridge ingress, Kafka unreachable: every hook is spooled',
    env: (port, folder) => ({ ...env(port, folder), KAFKA_BROKERS: deadBroker }),
    status: 202,
    takes: (load) => load.kind === 'closed' && [32, 64].includes(load.connections),
  }
  if (baseline === undefined) return [ours, stages, spool]
  const other: Receiver = {
    ...ours,
    name: 'baseline',
    title: 'bridge ingress, baseline',
    args: () => [...nodeFlags, baselineProgram(baseline), 'ingress'],
    env: (port, folder) => ({ ...env(port, folder), KAFKA_TOPIC_PREFIX: baselinePrefix }),
  }
  return [ours, other, stages, spool]
}

const bridgeEnvironment = (servers: Servers, port: number, folder: string): Environment => ({
  ...servers.env,
  ...allocatorEnvironment,
  // The container has a compile cache too.
  NODE_COMPILE_CACHE: join(servers.dataDir, 'compile-cache'),
  BRIDGE_DATA_DIR: folder,
  INGRESS_HOST: '127.0.0.1',
  INGRESS_PORT: String(port),
  INGRESS_SECRET_TOKENS: secretToken,
  INGRESS_DRAIN_SECONDS: '0',
  INGRESS_SPOOL_ALLOW_TMPFS: 'true',
  INGRESS_SPOOL_MAX_BYTES: String(16 * 1024 ** 3),
  METRICS_HOST: '127.0.0.1',
  METRICS_PORT: '0',
  LOG_LEVEL: 'info',
})
