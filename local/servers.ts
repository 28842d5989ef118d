import { join } from 'node:path'
import type { DataFolder } from './data-folder.ts'
import { artifactFolder } from './fetch-artifacts.ts'
import { startKafka } from './kafka/kafka.ts'
import type { WantedPort } from './ports.ts'
import { startPostgres } from './postgres/postgres.ts'
import { startRegistry } from './registry/registry.ts'
import type { Server } from './server.ts'

/** The servers of the embedded stack. */
export const serverNames = ['kafka', 'registry', 'postgres'] as const
export type ServerName = (typeof serverNames)[number]

/** A port for each part, and those that only the parts themselves use. */
export type ServerPorts = Record<ServerName | 'kafkaController' | 'registryManagement', number>

/** How each part is started: on the same ports and data every time. */
export const serverStarters = ({
  dataFolder,
  cacheDir,
  java,
  ports,
}: StartersOptions): Record<ServerName, () => Promise<Server>> => {
  const { path, childProcesses, secrets } = dataFolder
  const place = (name: ServerName) => ({
    childProcesses,
    folder: join(path, name),
    logFile: join(path, 'logs', `${name}.log`),
    port: ports[name],
  })
  return {
    kafka: () =>
      startKafka({
        ...place('kafka'),
        java,
        jars: artifactFolder(cacheDir, 'kafka'),
        innerPort: ports.kafkaController,
      }),
    registry: () =>
      startRegistry({
        ...place('registry'),
        java,
        jars: artifactFolder(cacheDir, 'registry'),
        innerPort: ports.registryManagement,
      }),
    postgres: () =>
      startPostgres({
        ...place('postgres'),
        superuserPassword: secrets.databaseSuperuser,
        ownerPassword: secrets.databaseOwner,
      }),
  }
}

interface StartersOptions {
  dataFolder: DataFolder
  cacheDir: string
  /** Not used when neither Kafka nor the registry is started. */
  java: string
  ports: ServerPorts
}

/** Ports to choose, given the preferred ones; 0 is any free one. */
export const wantedServerPorts = (
  preferred: Readonly<Record<ServerName, number>>,
): Record<keyof ServerPorts, WantedPort> => ({
  kafka: { variable: 'LOCAL_KAFKA_PORT', preferred: preferred.kafka },
  registry: { variable: 'LOCAL_REGISTRY_PORT', preferred: preferred.registry },
  postgres: { variable: 'LOCAL_DATABASE_PORT', preferred: preferred.postgres },
  kafkaController: { variable: 'LOCAL_KAFKA_PORT', preferred: 0 },
  registryManagement: { variable: 'LOCAL_REGISTRY_PORT', preferred: 0 },
})

/** Kafka goes last: the registry and PostgreSQL do not need it, but whoever still writes does. */
export const serverStopOrder = [
  { names: ['registry', 'postgres'], graceMs: 1500 },
  { names: ['kafka'], graceMs: 2500 },
] as const
