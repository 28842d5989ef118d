import type { Environment } from '../lib/config.ts'
import { choosePorts } from './choose-ports.ts'
import { openDataFolder } from './data-folder.ts'
import { fetchArtifacts } from './fetch-artifacts.ts'
import { findJava, noJava } from './java.ts'
import { archiveProcess, makeClassArchives } from './make-class-archives.ts'
import type { Compilation, Server } from './server.ts'
import {
  type ServerName,
  serverNames,
  serverStarters,
  serverStopOrder,
  wantedServerPorts,
} from './servers.ts'

/** The running servers of the embedded stack, without the bridge. Tests and benchmarks use them. */
export interface LocalStack {
  /** A value for KAFKA_BROKERS; empty if Kafka was not requested. */
  readonly kafkaBrokers: string
  /** A value for SCHEMA_REGISTRY_URL; empty if the registry was not requested. */
  readonly schemaRegistryUrl: string
  /** A value for DATABASE_URL with the owner role; empty if PostgreSQL was not requested. */
  readonly databaseUrl: string
  /** The running process of a server. @throws Error if it was not requested */
  server(name: ServerName): Server
  /** Starts a server that has ended, on the same port with the same data. Resolves when it is ready. */
  startAgain(name: ServerName): Promise<Server>
  /** Stops all servers. */
  stop(): Promise<void>
}

interface LocalStackOptions {
  /** Absolute. Created if it does not exist, and kept after the stop. */
  dataDir: string
  /** The folder for downloads: `cacheFolder(env)`. */
  cacheDir: string
  /** Used to find Java and Maven. */
  env: Environment
  /** Default: all. */
  servers?: readonly ServerName[]
  /** Default: 0, any free port. */
  ports?: Partial<Record<ServerName, number>>
  /** Of Kafka. Default: `quick`. */
  compilation?: Compilation
}

/**
 * Starts the servers in parallel. Resolves when all of them are ready. If one fails, the others are stopped.
 *
 * @throws UsageError if Java or Maven is missing, or if another process uses the data folder
 */
export const startLocalStack = async (options: LocalStackOptions): Promise<LocalStack> => {
  const { dataDir, cacheDir, env, servers = serverNames, ports = {}, compilation } = options
  const javaServers = servers.filter((name) => name !== 'postgres')
  const java = javaServers.length > 0 ? await findJava(env) : noJava
  await fetchArtifacts(javaServers, { cacheDir, env, print: () => {} })
  const dataFolder = await openDataFolder(dataDir)
  const stopping = new AbortController()
  let archives: Promise<void> | undefined
  const stop = async () => {
    stopping.abort()
    await dataFolder.childProcesses.close([{ names: [archiveProcess], graceMs: 0 }, ...serverStopOrder])
    await archives
    await dataFolder.release()
  }
  try {
    const { ports: chosen, release } = await choosePorts(
      wantedServerPorts({ kafka: 0, registry: 0, postgres: 0, ...ports }),
      () => {},
    )
    const starters = serverStarters({ dataFolder, cacheDir, java, ports: chosen, compilation })
    await release()
    const running = new Map<ServerName, Server>()
    const startAgain = async (name: ServerName): Promise<Server> => {
      const server = await starters[name]()
      running.set(name, server)
      return server
    }
    await Promise.all(servers.map(startAgain))
    archives = makeClassArchives({
      ...{ servers: javaServers, dataFolder, cacheDir, java },
      print: () => {},
      signal: stopping.signal,
    })
    const urlOf = (name: ServerName) => running.get(name)?.url ?? ''
    return {
      kafkaBrokers: urlOf('kafka'),
      schemaRegistryUrl: urlOf('registry'),
      databaseUrl: urlOf('postgres'),
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
