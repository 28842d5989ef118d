import { z } from 'zod'
import { type Environment, port, readVariables } from '../lib/config.ts'
import { ConfigError } from '../lib/errors.ts'
import { choosePorts, type WantedPort } from './ports.ts'
import { type ServerPorts, wantedServerPorts } from './servers.ts'

/** The variables of the local stack's own ports. */
export const localPortVariables = z.object({
  LOCAL_KAFKA_PORT: port().default(9092).describe('Port of the embedded Kafka. 0: any free one.'),
  LOCAL_REGISTRY_PORT: port()
    .default(8081)
    .describe('Port of the embedded schema registry. 0: any free one.'),
  LOCAL_DATABASE_PORT: port().default(5433).describe('Port of the embedded PostgreSQL. 0: any free one.'),
})

const variables = z.object({
  ...localPortVariables.shape,
  INGRESS_HOST: z.string().default('127.0.0.1'),
  INGRESS_PORT: port().default(8080),
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: port().default(9464),
})

/** Everything that listens: the parts, the hook, and the operations port of each process by name. */
export interface LocalPorts {
  servers: ServerPorts
  hook: number
  metrics: Readonly<Record<string, number>>
  /** To be called right before the parts are started. */
  releaseServers(): Promise<void>
  /** To be called right before everything else is started, and when nothing more will be. */
  release(): Promise<void>
}

/**
 * Chooses every port of the stack at once, so that none is given twice.
 *
 * @param processes beside the ingress, with the operations port each has when METRICS_PORT is left at the ingress's usual 9464
 * @throws UsageError when the hook port is taken; ConfigError for a value that is no port
 */
export const chooseLocalPorts = async (
  env: Environment,
  processes: readonly { name: string; metricsPort: number }[],
  say: (line: string) => void,
): Promise<LocalPorts> => {
  const {
    LOCAL_KAFKA_PORT,
    LOCAL_REGISTRY_PORT,
    LOCAL_DATABASE_PORT,
    INGRESS_HOST,
    INGRESS_PORT,
    METRICS_HOST,
    METRICS_PORT,
  } = readVariables(variables, env)
  const hook: WantedPort = {
    variable: 'INGRESS_PORT',
    preferred: INGRESS_PORT,
    host: INGRESS_HOST,
    hostVariable: 'INGRESS_HOST',
    fixed: true,
  }
  const lastPort = Math.max(...processes.map(({ metricsPort }) => metricsPort)) + METRICS_PORT - 9464
  if (METRICS_PORT !== 0 && lastPort > 65535)
    throw new ConfigError([
      {
        variable: 'METRICS_PORT',
        problem: `must be at most ${METRICS_PORT - (lastPort - 65535)}: the other processes have ports above it`,
      },
    ])
  const metrics = [{ name: 'ingress', metricsPort: 9464 }, ...processes].map(
    ({ name, metricsPort }): [string, WantedPort] => [
      metricsName(name),
      {
        variable: `METRICS_PORT of ${name}`,
        preferred: METRICS_PORT === 0 ? 0 : metricsPort + METRICS_PORT - 9464,
        host: METRICS_HOST,
        hostVariable: 'METRICS_HOST',
      },
    ],
  )
  const servers = wantedServerPorts({
    kafka: LOCAL_KAFKA_PORT,
    registry: LOCAL_REGISTRY_PORT,
    postgres: LOCAL_DATABASE_PORT,
  })
  const { ports, release } = await choosePorts<string>(
    { hook, ...unlessProvided(servers, env), ...Object.fromEntries(metrics) },
    say,
  )
  const portOf = (name: string) => ports[name] ?? 0
  return {
    servers: Object.fromEntries(Object.keys(servers).map((name) => [name, portOf(name)])) as ServerPorts,
    hook: portOf('hook'),
    metrics: Object.fromEntries(
      ['ingress', ...processes.map(({ name }) => name)].map((name) => [name, portOf(metricsName(name))]),
    ),
    releaseServers: () => release(Object.keys(servers)),
    release,
  }
}

const metricsName = (process: string) => `metrics of ${process}`

// A port nobody will listen on is not worth a warning.
const unlessProvided = (
  servers: ReturnType<typeof wantedServerPorts>,
  env: Environment,
): Partial<typeof servers> => {
  const { kafka, kafkaController, registry, registryManagement, postgres } = servers
  return {
    ...(env.KAFKA_BROKERS ? {} : { kafka, kafkaController }),
    ...(env.SCHEMA_REGISTRY_URL ? {} : { registry, registryManagement }),
    ...(env.DATABASE_URL || env.DATABASE_URL_FILE ? {} : { postgres }),
  }
}
