import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Kafka } from 'kafkajs'
import { setUp } from '../../../cli/setup/set-up.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../lib/kafka/client.ts'
import { openOffsets } from '../../../lib/kafka/offsets.ts'
import type { Logger } from '../../../lib/logger.ts'
import { type Child, startChild } from '../../../local/process/child.ts'
import { nodeFlags } from '../../../local/process/node-options.ts'
import { eventTypes } from '../../../schemas/catalogue.ts'
import { createNames, type Names } from '../../../schemas/topics.ts'
import { eventually } from '../process/eventually.ts'
import { reportOnFailure, reportOutputOf } from '../process/report-on-failure.ts'
import { startServers } from './servers.ts'
import { type SharedStack, sharedStackOf, sharedStackVariable } from './stack-setup.ts'

/** The shared servers, as one test file sees them: names of its own on them, and processes that end with it. */
export interface Stack extends SharedStack {
  names: Names
  /** What every name on the cluster begins with. */
  prefix: string
  /** The database by the role of the audit log. */
  auditLogUrl: string
  /** Everything a process of ours needs to find the servers; a folder of its own for data. */
  env: Environment
  /** A client of the brokers, for looking at what is there. */
  kafka: Kafka
  /** `bridge setup`, in this process. @param env on top of `env` */
  setUp(env?: Environment): Promise<void>
  /** Lets a worker that is stopped begin again at the oldest record, as after a crash before its offsets were committed. */
  rewind(worker: string): Promise<void>
  /** A folder that is removed after the tests. */
  temporaryFolder(): Promise<string>
  /** `bridge <args>` as a process of its own, with `env` and what is given here. */
  start(args: readonly string[], env?: Environment): Promise<BridgeProcess>
  /** The same, once it says where its operations port is. */
  startReady(args: readonly string[], env?: Environment): Promise<ReadyProcess>
}

/** A `bridge` command that runs. */
export interface BridgeProcess extends Child {
  /** What it wrote so far. */
  readonly lines: readonly string[]
}

export interface ReadyProcess extends BridgeProcess {
  /** Where hooks are accepted; undefined for a worker. */
  hookUrl: string | undefined
  metricsUrl: string
}

export const secretToken = 'glpat-not-a-real-token'

const entry = fileURLToPath(new URL('../../../cli/bridge.ts', import.meta.url))

/**
 * The stack for one test file, to be called once at its top. Under `--test-global-setup` all files share one; a file that is run
 * by itself starts its own.
 *
 * @param name goes into the names of its topics
 */
export const openStack = async (name: string): Promise<Stack> => {
  reportOnFailure()
  const cleanUps: (() => Promise<void>)[] = []
  after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  })
  const shared = await sharedStack(cleanUps)
  const prefix = `${name}-${randomBytes(3).toString('hex')}.`
  const auditLogUrl = withRole(shared.databaseUrl, 'audit_log', 'audit-log-password')
  const temporaryFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
    cleanUps.push(() => rm(folder, { recursive: true, force: true }))
    return folder
  }
  const dataDir = await temporaryFolder()
  const env: Environment = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    BRIDGE_DATA_DIR: dataDir,
    KAFKA_BROKERS: shared.kafkaBrokers,
    KAFKA_TOPIC_PREFIX: prefix,
    KAFKA_TOPIC_PARTITIONS: '3',
    SCHEMA_REGISTRY_URL: shared.schemaRegistryUrl,
    AUDIT_LOG_DATABASE_URL: auditLogUrl,
    METRICS_HOST: '127.0.0.1',
    METRICS_PORT: '0',
    INGRESS_HOST: '127.0.0.1',
    INGRESS_PORT: '0',
    INGRESS_SECRET_TOKENS: secretToken,
    INGRESS_DRAIN_SECONDS: '0',
  }

  const names = createNames(prefix)
  const kafka = createKafka(readVariables(kafkaVariables, env), 'test', silent)

  const start = async (args: readonly string[], given: Environment = {}): Promise<BridgeProcess> => {
    const lines: string[] = []
    reportOutputOf(`bridge ${args.join(' ')}`, lines)
    const child = await startChild({
      name: args.join(' '),
      command: process.execPath,
      args: [...nodeFlags, entry, ...args],
      env: { ...env, ...given },
      cwd: dataDir,
      output: (line) => void lines.push(line),
      stopSignal: 'SIGTERM',
    })
    cleanUps.push(() => child.stop(10_000))
    return { ...child, lines }
  }

  return {
    ...shared,
    names,
    prefix,
    auditLogUrl,
    env,
    kafka,
    rewind: async (worker) => {
      const offsets = await openOffsets(kafka)
      const ends = await offsets.ends(eventTypes.map(names.topic))
      const oldest = ends.map(({ topic, partition, low }) => ({ topic, partition, offset: low }))
      await offsets.commit(names.group(worker), oldest)
      await offsets.close()
    },
    setUp: (given = {}) => setUp({ ...env, DATABASE_URL: shared.databaseUrl, ...given }, silent),
    temporaryFolder,
    start,
    async startReady(args, given) {
      const process = await start(args, given)
      let ended = false
      void process.exited.then(() => {
        ended = true
      })
      const line = await eventually(() => {
        const ready = process.lines.map(parsed).find(({ metrics }) => metrics !== undefined)
        if (ready === undefined && !ended)
          throw new Error(`bridge ${args.join(' ')} is not ready:\n${process.lines.join('\n')}`)
        return ready
      })
      if (line === undefined) throw new Error(`bridge ${args.join(' ')} ended:\n${process.lines.join('\n')}`)
      return { ...process, hookUrl: line.url, metricsUrl: String(line.metrics) }
    },
  }
}

const silent: Logger = (() => {
  const log = () => undefined as never
  return { error: log, warn: log, info: log, debug: log }
})()

const sharedStack = async (cleanUps: (() => Promise<void>)[]): Promise<SharedStack> => {
  const given = process.env[sharedStackVariable]
  if (given !== undefined) return JSON.parse(given) as SharedStack
  const servers = await startServers()
  cleanUps.push(() => servers.remove())
  return sharedStackOf(servers)
}

const parsed = (line: string): { url?: string; metrics?: string } => {
  try {
    return JSON.parse(line) as { url?: string; metrics?: string }
  } catch {
    return {}
  }
}

const withRole = (url: string, role: string, password: string): string => {
  const changed = new URL(url)
  changed.username = role
  changed.password = password
  return changed.href
}
