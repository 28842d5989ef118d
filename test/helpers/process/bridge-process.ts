import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../lib/config.ts'
import { allocatorEnvironment } from '../../../local/process/node-options.ts'
import { type NodeProcess, startNodeProcess } from './node-process.ts'

const entry = fileURLToPath(new URL('../../../cli/bridge.ts', import.meta.url))

/** Starts `bridge <args>` as a process. */
export const startBridge = (args: readonly string[], env: Environment, cwd: string): Promise<NodeProcess> =>
  startNodeProcess({
    name: `bridge ${args.join(' ')}`,
    entry,
    args,
    env: { ...allocatorEnvironment, ...env },
    cwd,
  })

/** Settings of every process of ours under test: it listens on free ports of 127.0.0.1 and drains at once. */
export const bridgeEnvironment = (dataDir: string): Environment => ({
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  NODE_COMPILE_CACHE_PORTABLE: process.env.NODE_COMPILE_CACHE_PORTABLE,
  BRIDGE_DATA_DIR: dataDir,
  METRICS_HOST: '127.0.0.1',
  METRICS_PORT: '0',
  INGRESS_HOST: '127.0.0.1',
  INGRESS_PORT: '0',
  INGRESS_DRAIN_SECONDS: '0',
  // The temporary folder of a developer's machine may be in memory.
  INGRESS_SPOOL_ALLOW_TMPFS: 'true',
})
