import { join } from 'node:path'
import type { WantedPort } from './choose-ports.ts'
import type { DataFolder } from './data-folder.ts'
import { artifactFolder } from './fetch-artifacts.ts'
import type { Java } from './java.ts'
import { startKafka } from './kafka/kafka.ts'
import { startPostgres } from './postgres/postgres.ts'
import { startRegistry } from './registry/registry.ts'
import type { Compilation, Server } from './server.ts'

/** The servers of the embedded stack. */
export const serverNames = ['kafka', 'registry', 'postgres'] as const
export type ServerName = (typeof serverNames)[number]

/** The port of each server, and the ports that only the servers themselves use. */
export type ServerPorts = Record<ServerName | 'kafkaController' | 'registryManagement', number>

interface StarterOptions {
  dataFolder: DataFolder
  cacheDir: string
  /** Not used if neither Kafka nor the registry is started. */
  java: Java
  ports: ServerPorts
  compilation?: Compilation | undefined
}

/** A function for each server that starts it. Each call uses the same port and the same data. */
export const serverStarters = ({
  dataFolder,
  cacheDir,
  java,
  ports,
  compilation,
}: StarterOptions): Record<ServerName, () => Promise<Server>> => {
  const { path, childProcesses, secrets } = dataFolder
  const optionsOf = (name: ServerName) => ({
    childProcesses,
    folder: join(path, name),
    logFile: join(path, 'logs', `${name}.log`),
    port: ports[name],
  })
  const javaOptionsOf = (name: 'kafka' | 'registry', internalPort: number) => ({
    ...optionsOf(name),
    java,
    jars: artifactFolder(cacheDir, name),
    internalPort,
    compilation,
  })
  return {
    kafka: () => startKafka(javaOptionsOf('kafka', ports.kafkaController)),
    registry: () => startRegistry(javaOptionsOf('registry', ports.registryManagement)),
    postgres: () =>
      startPostgres({
        ...optionsOf('postgres'),
        superuserPassword: secrets.databaseSuperuser,
        ownerPassword: secrets.databaseOwner,
      }),
  }
}

/** The ports to choose for the servers; a preferred port of 0 stands for any free port. */
export const wantedServerPorts = (
  preferred: Readonly<Record<ServerName, number>>,
): Record<keyof ServerPorts, WantedPort> => ({
  kafka: { variable: 'LOCAL_KAFKA_PORT', preferred: preferred.kafka },
  registry: { variable: 'LOCAL_REGISTRY_PORT', preferred: preferred.registry },
  postgres: { variable: 'LOCAL_DATABASE_PORT', preferred: preferred.postgres },
  kafkaController: { variable: 'LOCAL_KAFKA_PORT', preferred: 0 },
  registryManagement: { variable: 'LOCAL_REGISTRY_PORT', preferred: 0 },
})

/**
 * Kafka stops last: a process that is still stopping may write to it, while the other servers do not need it.
 */
export const serverStopOrder = [
  { names: ['registry', 'postgres'], graceMs: 1500 },
  { names: ['kafka'], graceMs: 2500 },
] as const
