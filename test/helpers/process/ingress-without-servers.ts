import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspectSpool } from '../../../cli/spool/inspect.ts'
import type { SpoolRow } from '../../../cli/spool/spool-row.ts'
import { ownSource } from '../../../ingress/hook.ts'
import type { Environment } from '../../../lib/config.ts'
import { bridgeEnvironment } from './bridge-process.ts'
import { type IngressProcess, startIngressProcess } from './ingress-process.ts'

/** A real ingress without brokers or registry. Its spool holds exactly the hooks that it has accepted. */
export interface IngressWithoutServers extends IngressProcess {
  spoolFolder: string
  /** Every hook that was accepted. */
  acceptedHooks(): Promise<SpoolRow[]>
  /** Stops the ingress and removes its data. */
  remove(): Promise<void>
}

/** Settings of an ingress whose servers do not exist. @param overrides take precedence */
export const environmentWithoutServers = (dataDir: string, overrides: Environment): Environment => ({
  ...bridgeEnvironment(dataDir),
  KAFKA_BROKERS: '127.0.0.1:1',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
  ...overrides,
})

export const startIngressWithoutServers = async (overrides: Environment): Promise<IngressWithoutServers> => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
  const env = environmentWithoutServers(folder, overrides)
  const ingress = await startIngressProcess(env, folder).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  return {
    ...ingress,
    spoolFolder: env.INGRESS_SPOOL_DIR ?? join(folder, 'spool'),
    acceptedHooks: async () => {
      const rows = await Array.fromAsync(inspectSpool(env))
      // The ingress also spools the intervals in which it refused hooks, up to ten seconds later.
      return rows.filter(({ source }) => source !== ownSource)
    },
    remove: async () => {
      await ingress.stop(20_000)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
