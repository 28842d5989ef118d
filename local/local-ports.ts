import { z } from 'zod'
import { type Environment, port, readVariables } from '../lib/config.ts'
import { ConfigError } from '../lib/errors.ts'
import { choosePorts, type WantedPort } from './choose-ports.ts'
import { type ServerPorts, wantedServerPorts } from './servers.ts'
import type { ServedPort } from './workers.ts'

/** The variables of the ports of the embedded servers. */
export const localPortVariables = z.object({
  LOCAL_KAFKA_PORT: port().default(9092).describe('Port of the embedded Kafka. 0 chooses any free port.'),
  LOCAL_REGISTRY_PORT: port()
    .default(8081)
    .describe('Port of the embedded schema registry. 0 chooses any free port.'),
  LOCAL_DATABASE_PORT: port()
    .default(5433)
    .describe('Port of the embedded PostgreSQL. 0 chooses any free port.'),
})

const ingressMetricsPort = 9464
const highestPort = 65535

const variables = z.object({
  ...localPortVariables.shape,
  INGRESS_HOST: z.string().default('127.0.0.1'),
  INGRESS_PORT: port().default(8080),
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: port().default(ingressMetricsPort),
})
type PortSettings = z.output<typeof variables>

/** A process that has an operations port. */
interface OperatedProcess {
  name: string
  /** Its operations port while METRICS_PORT has its default, the port of the ingress. */
  metricsPort: number
  serves?: ServedPort
}

/** All ports of the local stack. */
export interface LocalPorts {
  servers: ServerPorts
  hook: number
  /** Process → operations port. */
  metrics: Readonly<Record<string, number>>
  /** Process → port of the API that it serves. */
  served: Readonly<Record<string, number>>
  /** Must be called right before the servers are started. */
  releaseServers(): Promise<void>
  /** Must be called right before the other processes are started, or when none will be started. */
  release(): Promise<void>
}

/**
 * Chooses all ports of the stack together, so that no port is chosen twice.
 *
 * @param processes the processes beside the ingress
 * @throws UsageError if the hook port is taken; ConfigError if a value is not a port
 */
export const chooseLocalPorts = async (
  env: Environment,
  processes: readonly OperatedProcess[],
  print: (line: string) => void,
): Promise<LocalPorts> => {
  const settings = readVariables(variables, env)
  const operated = [{ name: 'ingress', metricsPort: ingressMetricsPort }, ...processes]
  checkMetricsPorts(settings, operated)
  const servers = wantedServerPorts({
    kafka: settings.LOCAL_KAFKA_PORT,
    registry: settings.LOCAL_REGISTRY_PORT,
    postgres: settings.LOCAL_DATABASE_PORT,
  })
  const { ports, release } = await choosePorts<string>(
    {
      hook: wantedHookPort(settings),
      ...withoutUnused(servers, env),
      ...Object.fromEntries(
        operated.map((each) => [metricsName(each.name), wantedMetricsPort(settings, each)]),
      ),
      ...Object.fromEntries(
        processes.flatMap(({ name, serves }) => (serves === undefined ? [] : [[servedName(name), serves]])),
      ),
    },
    print,
  )
  const portOf = (name: string) => ports[name] ?? 0
  return {
    servers: Object.fromEntries(Object.keys(servers).map((name) => [name, portOf(name)])) as ServerPorts,
    hook: portOf('hook'),
    metrics: Object.fromEntries(operated.map(({ name }) => [name, portOf(metricsName(name))])),
    served: Object.fromEntries(
      processes.flatMap(({ name, serves }) =>
        serves === undefined ? [] : [[name, portOf(servedName(name))]],
      ),
    ),
    releaseServers: () => release(Object.keys(servers)),
    release,
  }
}

const metricsName = (process: string) => `metrics of ${process}`

const servedName = (process: string) => `API of ${process}`

const checkMetricsPorts = ({ METRICS_PORT }: PortSettings, processes: readonly OperatedProcess[]): void => {
  const highest = Math.max(...processes.map(({ metricsPort }) => metricsPort)) - ingressMetricsPort
  if (METRICS_PORT === 0 || METRICS_PORT + highest <= highestPort) return
  throw new ConfigError([
    {
      variable: 'METRICS_PORT',
      problem: `must be at most ${highestPort - highest}, because the other processes use the ports above it`,
    },
  ])
}

const wantedHookPort = ({ INGRESS_PORT, INGRESS_HOST }: PortSettings): WantedPort => ({
  variable: 'INGRESS_PORT',
  preferred: INGRESS_PORT,
  host: INGRESS_HOST,
  hostVariable: 'INGRESS_HOST',
  isFixed: true,
})

const wantedMetricsPort = (
  { METRICS_PORT, METRICS_HOST }: PortSettings,
  { name, metricsPort }: OperatedProcess,
): WantedPort => ({
  variable: `METRICS_PORT of ${name}`,
  preferred: METRICS_PORT === 0 ? 0 : METRICS_PORT + metricsPort - ingressMetricsPort,
  host: METRICS_HOST,
  hostVariable: 'METRICS_HOST',
})

/** Leaves out the ports of servers that the user provides: that such a port is taken needs no warning. */
const withoutUnused = (
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
