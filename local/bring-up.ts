import { z } from 'zod'
import { databaseUrl, type Environment, list, readVariables, secret } from '../lib/config.ts'
import { isLoopback, reachable } from './addresses.ts'
import type { DataFolder } from './data-folder.ts'
import { type Endpoints, removeEndpoints, writeEndpoints } from './endpoints.ts'
import { finalBlock } from './final-block.ts'
import { chooseLocalPorts, type LocalPorts } from './local-ports.ts'
import { type BridgeProgram, runAndKeep, runToCompletion } from './process/bridge-process.ts'
import { keepRunning } from './process/keep-running.ts'
import { type Output, ownName } from './process/output.ts'
import { processEnvironments, type StackUrls } from './process/process-environment.ts'
import { type ServerName, serverNames, serverStarters } from './servers.ts'
import { faultsOf, type Worker } from './workers.ts'

/** What `bridge local` supervises and where. */
export interface SupervisedStack {
  env: Environment
  /** Absolute. */
  dataDir: string
  cacheDir: string
  /** The Node that runs the processes, and the path of cli/bridge.ts. */
  node: string
  entry: string
  cwd: string
  workers: readonly Worker[]
  /** What runs on beside them, each by the command of its name. */
  others: readonly { name: string; metricsPort: number }[]
  topics: readonly string[]
  /** Path of a sample push hook, as the user can paste it. */
  samplePath: string
  output: Output
}

interface Means {
  folder: DataFolder
  java: string
  /** Aborted when everything is to stop. */
  signal: AbortSignal
}

/** Parts, setup, then all that runs on; then the endpoints file and the final block. Resolves when all are ready. */
export const bringUp = async (stack: SupervisedStack, means: Means): Promise<void> => {
  const { env, dataDir, output, workers, others } = stack
  const { folder, signal } = means
  await removeEndpoints(dataDir)
  const ports = await chooseLocalPorts(env, [...workers, ...others], output.linesOf(ownName))
  await ports.releaseServers()
  const urls = await startServers(stack, means, ports)
  const environments = processEnvironments(env, dataDir, urls, folder.secrets)
  const program: BridgeProgram = { ...stack, childProcesses: folder.childProcesses, signal }
  await runToCompletion(program, 'setup', environments.setup)

  const portOf = (name: string) => ports.metrics[name] ?? 0
  const judged = workers.map((worker) => {
    const workerEnv = environments.worker(worker.name, portOf(worker.name))
    return {
      name: worker.name,
      args: ['consumer', worker.name],
      env: workerEnv,
      faults: faultsOf(worker, workerEnv),
    }
  })
  const ingress = {
    name: 'ingress',
    args: ['ingress'],
    env: environments.ingress({ hook: ports.hook, metrics: portOf('ingress') }),
  }
  const ready = judged.filter(({ faults }) => faults.length === 0)
  const beside = others.map(({ name }) => ({
    name,
    args: [name],
    env: environments.worker(name, portOf(name)),
  }))
  const processes = [ingress, ...ready, ...beside].map((process) => ({
    ...process,
    operationsUrl: operationsUrl(process.env),
  }))
  await ports.release()
  await Promise.all(
    processes.map((process) =>
      runAndKeep(program, { ...process, readyUrl: `${process.operationsUrl}/readyz` }),
    ),
  )

  signal.throwIfAborted()
  const endpoints: Endpoints = {
    hook_url: `${ingress.env.INGRESS_TLS_CERT_FILE ? 'https' : 'http'}://${reachable(ingress.env.INGRESS_HOST)}:${ports.hook}/hooks`,
    secret_token: firstToken(ingress.env),
    kafka_brokers: urls.kafkaBrokers,
    schema_registry_url: urls.schemaRegistryUrl,
    database_url: urls.databaseUrl,
    metrics: Object.fromEntries(
      processes.map((process) => [process.name, `${process.operationsUrl}/metrics`]),
    ),
    feed_url: null,
    directory_url: null,
  }
  await writeEndpoints(dataDir, endpoints)
  output.plain(
    finalBlock({
      ...stack,
      endpoints,
      running: ready.map(({ name }) => name),
      waiting: judged.filter(({ faults }) => faults.length > 0),
      isWidened: !isLoopback(ingress.env.INGRESS_HOST),
    }),
  )
}

const startServers = async (
  { env, cacheDir, output }: SupervisedStack,
  means: Means,
  ports: LocalPorts,
): Promise<StackUrls> => {
  const { folder, java, signal } = means
  const starters = serverStarters({ dataFolder: folder, cacheDir, java, ports: ports.servers })
  const say = output.linesOf(ownName)
  const given: Readonly<Record<ServerName, string | undefined>> = {
    kafka: env.KAFKA_BROKERS,
    registry: env.SCHEMA_REGISTRY_URL,
    postgres: readVariables(database, env).DATABASE_URL,
  }
  const start = async (name: ServerName): Promise<string> => {
    if (given[name]) return given[name]
    const startedAt = Date.now()
    const server = await starters[name]()
    say(`${name} answers on 127.0.0.1:${server.port} after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
    const startAgain = async () => {
      const again = await starters[name]()
      say(`${name} answers again`)
      return again
    }
    void keepRunning(server, { name, startAgain, say, signal })
    return server.url
  }
  const [kafkaBrokers = '', schemaRegistryUrl = '', databaseUrl = ''] = await Promise.all(
    serverNames.map(start),
  )
  return { kafkaBrokers, schemaRegistryUrl, databaseUrl }
}

const database = z.object({ DATABASE_URL: databaseUrl().optional().meta(secret) })

const operationsUrl = ({ METRICS_HOST, METRICS_PORT }: Environment) =>
  `http://${reachable(METRICS_HOST)}:${METRICS_PORT}`

const tokens = z.object({ INGRESS_SECRET_TOKENS: list().default([]).meta(secret) })
const firstToken = (env: Environment): string | null =>
  readVariables(tokens, env).INGRESS_SECRET_TOKENS[0] ?? null
