import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Kafka } from 'kafkajs'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../lib/kafka/client.ts'
import { openOffsets } from '../../../lib/kafka/offsets.ts'
import { eventTypes } from '../../../schemas/catalogue.ts'
import { createNames, type Names } from '../../../schemas/topics.ts'
import { bridgeEnvironment, startBridge } from '../process/bridge-process.ts'
import type { Addresses, NodeProcess } from '../process/node-process.ts'
import { readSeries } from '../process/read-series.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { reportOnFailure } from '../process/report-on-failure.ts'
import { startServers } from './servers.ts'
import { setUpPatiently } from './set-up-patiently.ts'
import { type SharedStack, sharedStackOf, sharedStackVariable } from './stack-setup.ts'
import { withAdmin } from './with-admin.ts'

/**
 * The shared servers as one test file sees them:
 * with topic names of its own, and with processes that end with it.
 */
export interface Stack extends SharedStack {
  names: Names
  /** The first part of every name of ours on the cluster. */
  prefix: string
  /** The database in the role of the audit log. */
  auditLogUrl: string
  /** All settings that a process of ours needs; its data folder belongs to this test file. */
  env: Environment
  /** A client for reading what is on the brokers. */
  kafka: Kafka
  /** Runs `bridge setup` in this process. @param env takes precedence over the stack's `env` */
  setUp(env?: Environment): Promise<void>
  /**
   * Moves a stopped worker back to the oldest record, as if it had crashed before it could commit offsets.
   */
  rewind(worker: string): Promise<void>
  /** A folder that is removed after the tests. */
  temporaryFolder(): Promise<string>
  /** Starts `bridge <args>`. @param env takes precedence over the stack's `env` */
  start(args: readonly string[], env?: Environment): Promise<NodeProcess>
  /** Starts `bridge <args>` and waits until it is ready. An ingress may not be connected to Kafka yet. */
  startReady(args: readonly string[], env?: Environment): Promise<ReadyProcess>
  /** Starts `bridge ingress` and waits until it publishes hooks: a slow machine spools the first ones. */
  startIngress(env?: Environment): Promise<ReadyProcess>
}

export type ReadyProcess = NodeProcess & Addresses

export const secretToken = 'glpat-not-a-real-token'

/**
 * Opens the stack for one test file; to be called once, at the top of the file.
 * With `--test-global-setup` all files
 * share one stack. A file that runs alone starts servers of its own.
 *
 * @param name becomes part of the topic names
 * @param ownServers servers that belong to this test file alone, for tests that freeze or kill them
 */
export const openStack = async (name: string, ownServers?: SharedStack): Promise<Stack> => {
  reportOnFailure()
  const cleanUps: (() => Promise<void>)[] = []
  after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  })
  const shared = ownServers ?? (await sharedStack(cleanUps))
  const prefix = `${name}-${randomBytes(3).toString('hex')}.`
  const auditLogUrl =
    shared.databaseUrl === '' ? '' : withRole(shared.databaseUrl, 'audit_log', 'audit-log-password')
  const temporaryFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
    cleanUps.push(() => rm(folder, { recursive: true, force: true }))
    return folder
  }
  const dataDir = await temporaryFolder()
  const env: Environment = {
    ...bridgeEnvironment(dataDir),
    KAFKA_BROKERS: shared.kafkaBrokers,
    KAFKA_TOPIC_PREFIX: prefix,
    KAFKA_TOPIC_PARTITIONS: '3',
    SCHEMA_REGISTRY_URL: shared.schemaRegistryUrl,
    AUDIT_LOG_DATABASE_URL: auditLogUrl,
    INGRESS_SECRET_TOKENS: secretToken,
  }
  const names = createNames(prefix)
  const { logger } = recordingLogger()
  const kafka = createKafka(readVariables(kafkaVariables, env), 'test', logger)
  // The servers of a single file end with it.
  if (process.env[sharedStackVariable] !== undefined && ownServers === undefined)
    cleanUps.push(async () => deleteTopicsAtEnd(kafka, prefix))
  const start: Stack['start'] = async (args, overrides = {}) => {
    const child = await startBridge(args, { ...env, ...overrides }, dataDir)
    cleanUps.push(() => child.stop(10_000))
    return child
  }

  const startReady: Stack['startReady'] = async (args, overrides) => {
    const child = await start(args, overrides)
    return { ...child, ...(await child.ready()) }
  }

  return {
    ...shared,
    names,
    prefix,
    auditLogUrl,
    env,
    kafka,
    rewind: (worker) => commitOldestOffsets(kafka, names, worker),
    setUp: (overrides = {}) =>
      setUpPatiently({ ...env, DATABASE_URL: shared.databaseUrl, ...overrides }, logger),
    temporaryFolder,
    start,
    startReady,
    startIngress: async (overrides) => {
      const ingress = await startReady(['ingress'], overrides)
      await ingress.eventually(async () =>
        assert.equal(await readSeries(ingress.metricsUrl, 'ingress_connected'), 1),
      )
      return ingress
    },
  }
}

const sharedStack = async (cleanUps: (() => Promise<void>)[]): Promise<SharedStack> => {
  const given = process.env[sharedStackVariable]
  if (given !== undefined) return JSON.parse(given) as SharedStack
  const servers = await startServers()
  cleanUps.push(() => servers.remove())
  return sharedStackOf(servers)
}

/**
 * Deletes the topics of a test file when everything in it has ended. All files of a run share one broker,
 * which would otherwise end with more than ten thousand partitions, and some requests read all of them.
 */
const deleteTopicsAtEnd = (kafka: Kafka, prefix: string): void => {
  const deleteTopics = () =>
    withAdmin(kafka, async (admin) => {
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
      if (topics.length > 0) await admin.deleteTopics({ topics })
    })
  // Hooks of the test file run after this one, and its workers may still use the topics.
  process.once('beforeExit', () => void deleteTopics().catch(() => undefined))
}

const commitOldestOffsets = async (kafka: Kafka, names: Names, worker: string): Promise<void> => {
  const offsets = await openOffsets(kafka)
  const ends = await offsets.ends(eventTypes.map(names.topic))
  const oldest = ends.map(({ topic, partition, low }) => ({ topic, partition, offset: low }))
  await offsets.commit(names.group(worker), oldest)
  await offsets.close()
}

export const withRole = (url: string, role: string, password: string): string => {
  const changed = new URL(url)
  changed.username = role
  changed.password = password
  return changed.href
}
