import type { Environment } from '../lib/config.ts'
import { openDataFolder } from './data-folder.ts'
import { fetchArtifacts } from './fetch-artifacts.ts'
import { findJava } from './java.ts'
import { choosePorts } from './ports.ts'
import type { Server } from './server.ts'
import {
  type ServerName,
  serverNames,
  serverStarters,
  serverStopOrder,
  wantedServerPorts,
} from './servers.ts'

/** The servers of the embedded stack alone, running: what tests work against. */
export interface LocalStack {
  /** `host:port`, as KAFKA_BROKERS wants it; empty when Kafka was not asked for. */
  readonly kafkaBrokers: string
  /** As SCHEMA_REGISTRY_URL wants it; empty when the registry was not asked for. */
  readonly schemaRegistryUrl: string
  /** Of the owner role, as DATABASE_URL wants it; empty when PostgreSQL was not asked for. */
  readonly databaseUrl: string
  /** The running process of a part. @throws Error when it was not asked for */
  server(name: ServerName): Server
  /** Starts a part that has ended again, on the same port and data; resolves when it answers. */
  startAgain(name: ServerName): Promise<Server>
  /** Stops everything that runs. */
  stop(): Promise<void>
}

/** Where and what to start. */
interface LocalStackOptions {
  /** Absolute; made when missing, kept when stopped. */
  dataDir: string
  /** Where downloads are kept: `cacheFolder(env)`. */
  cacheDir: string
  /** For finding Java and Maven. */
  env: Environment
  /** Default: all. */
  servers?: readonly ServerName[]
  /** Default 0: any free port. */
  ports?: Partial<Record<ServerName, number>>
}

/**
 * Starts the servers, in parallel; resolves when all of them answer. What started is stopped again when one does not.
 *
 * @throws UsageError when Java or Maven is missing, or another process uses the data folder
 */
export const startLocalStack = async (options: LocalStackOptions): Promise<LocalStack> => {
  const { dataDir, cacheDir, env, servers = serverNames, ports = {} } = options
  const onJava = servers.filter((name) => name !== 'postgres')
  const java = onJava.length > 0 ? await findJava(env) : 'java'
  await fetchArtifacts(onJava, { cacheDir, env, say: () => {} })
  const dataFolder = await openDataFolder(dataDir)
  const stop = async () => {
    await dataFolder.childProcesses.close(serverStopOrder)
    await dataFolder.release()
  }
  try {
    const { ports: chosen, release } = await choosePorts(
      wantedServerPorts({ kafka: 0, registry: 0, postgres: 0, ...ports }),
      () => {},
    )
    const starters = serverStarters({ dataFolder, cacheDir, java, ports: chosen })
    await release()
    const running = new Map<ServerName, Server>()
    const startAgain = async (name: ServerName): Promise<Server> => {
      const server = await starters[name]()
      running.set(name, server)
      return server
    }
    await Promise.all(servers.map(startAgain))
    return {
      kafkaBrokers: running.get('kafka')?.url ?? '',
      schemaRegistryUrl: running.get('registry')?.url ?? '',
      databaseUrl: running.get('postgres')?.url ?? '',
      server(name) {
        const server = running.get(name)
        if (server === undefined) throw new Error(`${name} was not started in this stack`)
        return server
      },
      startAgain,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
