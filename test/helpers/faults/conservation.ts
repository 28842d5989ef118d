import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { type Kafka, Kafka as KafkaClient, logLevel } from 'kafkajs'
import { createTopics, topicsOf } from '../../../cli/setup/topics.ts'
import { topicVariables } from '../../../cli/variables/topic-variables.ts'
import { createRegistry, registryVariables } from '../../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../lib/kafka/client.ts'
import { type Child, startChild } from '../../../local/process/child.ts'
import { nodeFlags } from '../../../local/process/node-options.ts'
import { catalogue, eventTypes } from '../../../schemas/catalogue.ts'
import { wireSchema } from '../../../schemas/load.ts'
import { createNames, type Names } from '../../../schemas/topics.ts'
import { eventually } from '../process/eventually.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { reportOnFailure, reportOutputOf } from '../process/report-on-failure.ts'
import { markOf, type Posted } from './conservation-driver.ts'

/** Minutes are scaled to seconds, unless the whole is asked for: `npm run test:soak`. */
export const isSoak = process.env.BRIDGE_TEST_SOAK === '1'

/** How long an outage lasts, in milliseconds; in a soak, minutes instead of seconds. */
export const outageMs = (seconds: number): number => seconds * 1000 * (isSoak ? 20 : 1)

export const token = 'a-secret-of-the-fault-suite'

/** An ingress that runs, as production starts it. */
export interface IngressProcess extends Child {
  /** Where hooks go. */
  hookUrl: string
  /** Of its operations port, without a path. */
  operationsUrl: string
  readonly lines: readonly string[]
  /** The value of one series; 0 where there is none. */
  metric(series: string): Promise<number>
  readiness(): Promise<{ code: number; status: string }>
}

/** A record as an independent reader finds it. */
export interface Found {
  topic: string
  /** What our header says. */
  id: string
  /** What the record says. */
  deliveryId: string
  /** What the sender wrote into the body. */
  mark: string
  partition: number
  offset: number
}

/** A cluster, a registry, names of our own on them, and ingresses that end with the tests. */
export interface World {
  names: Names
  env: Environment
  kafka: Kafka
  /** Topics and schemas, as `bridge setup` makes them. */
  setUp(): Promise<void>
  start(env?: Environment): Promise<IngressProcess>
  folder(): Promise<string>
  /** Every record on the topics now, by the client's public consumer. */
  read(topics: readonly string[]): Promise<Found[]>
  close(): Promise<void>
}

const entry = fileURLToPath(new URL('../../../cli/bridge.ts', import.meta.url))

export const openWorld = async (kafkaBrokers: string, schemaRegistryUrl: string): Promise<World> => {
  reportOnFailure()
  const cleanUps: (() => Promise<unknown>)[] = []
  const folder = async () => {
    const path = await mkdtemp(join(tmpdir(), 'bridge-test-'))
    cleanUps.push(() => rm(path, { recursive: true, force: true }))
    return path
  }
  const dataDir = await folder()
  const prefix = `faults-${randomBytes(3).toString('hex')}.`
  const env: Environment = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    BRIDGE_DATA_DIR: dataDir,
    KAFKA_BROKERS: kafkaBrokers,
    KAFKA_TOPIC_PREFIX: prefix,
    KAFKA_TOPIC_PARTITIONS: '2',
    SCHEMA_REGISTRY_URL: schemaRegistryUrl,
    METRICS_HOST: '127.0.0.1',
    METRICS_PORT: '0',
    INGRESS_HOST: '127.0.0.1',
    INGRESS_PORT: '0',
    INGRESS_SECRET_TOKENS: token,
    INGRESS_DRAIN_SECONDS: '1',
  }
  const names = createNames(prefix)
  const { logger } = recordingLogger()
  const settings = readVariables(kafkaVariables, env)

  return {
    names,
    env,
    folder,
    kafka: createKafka(settings, 'test', logger),
    setUp: async () => {
      const topics = readVariables(topicVariables, env)
      await createTopics(createKafka(settings, 'test', logger), topics, topicsOf(topics, names, []))
      const registry = createRegistry(readVariables(registryVariables, env), 'test')
      for (const event of eventTypes)
        await registry.register(names.subject(names.topic(event)), wireSchema(catalogue[event].schema))
    },
    start: async (given = {}) => {
      const process = await startIngressProcess({ ...env, ...given }, dataDir)
      cleanUps.push(() => process.stop(15_000))
      return process
    },
    read: (topics) => readIndependently(kafkaBrokers, schemaRegistryUrl, topics),
    close: async () => {
      for (const cleanUp of cleanUps.reverse()) await cleanUp()
    },
  }
}

/** `bridge ingress` as a process of its own; resolves once it accepts hooks. @throws Error with its output where it ends before that */
export const startIngressProcess = async (env: Environment, cwd: string): Promise<IngressProcess> => {
  const lines: string[] = []
  reportOutputOf('the ingress', lines)
  const child = await startChild({
    name: 'ingress',
    command: process.execPath,
    args: [...nodeFlags, entry, 'ingress'],
    env,
    cwd,
    output: (line) => void lines.push(line),
    stopSignal: 'SIGTERM',
  })
  let hasEnded = false
  void child.exited.then(() => {
    hasEnded = true
  })
  const ready = await eventually(() => {
    const found = lines.map(parsed).find(({ url }) => url !== undefined)
    if (found !== undefined || hasEnded) return found
    throw new Error(`the ingress is not ready:\n${lines.join('\n')}`)
  })
  if (ready === undefined) throw new Error(`the ingress ended:\n${lines.join('\n')}`)
  const operationsUrl = String(ready.metrics).replace('/metrics', '')
  return {
    ...child,
    lines,
    hookUrl: String(ready.url),
    operationsUrl,
    metric: async (series) => {
      const text = await (await fetch(`${operationsUrl}/metrics`)).text()
      const line = text.split('\n').find((each) => each.startsWith(`gitlab_bridge_${series} `))
      return Number(line?.split(' ').at(-1) ?? 0)
    },
    readiness: async () => {
      const response = await fetch(`${operationsUrl}/readyz`)
      return { code: response.status, ...((await response.json()) as { status: string }) }
    },
  }
}

const parsed = (line: string): { url?: string; metrics?: string } => {
  try {
    return JSON.parse(line) as { url?: string; metrics?: string }
  } catch {
    return {}
  }
}

/** Resolves once nothing waits on the ingress' disk any more and new hooks go straight to the brokers. */
export const untilDrained = (ingress: IngressProcess): Promise<void> =>
  eventually(async () => {
    assert.equal(await ingress.metric('ingress_connected'), 1)
    assert.equal(await ingress.metric('ingress_spool_records'), 0)
  }, 180_000)

/** By kafkajs' public consumer and the registry client's own decoder: nothing of ours takes part. */
const readIndependently = async (
  brokers: string,
  registryUrl: string,
  topics: readonly string[],
): Promise<Found[]> => {
  const kafka = new KafkaClient({
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 10 },
  })
  const registry = new SchemaRegistry({ host: registryUrl })
  const admin = kafka.admin()
  await admin.connect()
  const ends = new Map<string, number>()
  for (const topic of topics)
    for (const { partition, high, low } of await eventually(() => admin.fetchTopicOffsets(topic), 30_000))
      if (Number(high) > Number(low)) ends.set(`${topic}/${partition}`, Number(high))
  await admin.disconnect()

  const found: Found[] = []
  if (ends.size === 0) return found
  const consumer = kafka.consumer({
    groupId: `reader-${randomBytes(6).toString('hex')}`,
    maxWaitTimeInMs: 200,
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { topic, partition, messages } }) => {
      try {
        for (const { offset, value, headers } of messages) {
          const { delivery, raw } = (await registry.decode(value ?? Buffer.alloc(0))) as {
            delivery: { id: string }
            raw: Buffer
          }
          const id = String(headers?.ce_id)
          found.push({
            topic,
            partition,
            offset: Number(offset),
            id,
            deliveryId: delivery.id,
            mark: markOf(raw),
          })
          if (Number(offset) + 1 >= (ends.get(`${topic}/${partition}`) ?? 0))
            ends.delete(`${topic}/${partition}`)
        }
      } catch (error) {
        reject(error)
      }
      if (ends.size === 0) resolve()
    },
  })
  await done
  await consumer.disconnect()
  return found
}

/** A port nobody listens on, for a process that must be found again after a restart. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

/** What a scenario has shown. */
export interface Tally {
  posted: number
  answered: number
  spooled: number
  refused: number
  onTopic: number
  duplicates: number
  slowestMs: number
}

/**
 * Every hook that was answered 2xx is on its topic, whatever is there was posted, and each answer came in time.
 *
 * @param posted all hooks of the scenario; others on the same topics do not matter as long as they are none of these
 */
export const assertConserved = async (
  world: World,
  posted: readonly Posted[],
  limitMs = 5000,
): Promise<Tally> => {
  const kept = posted.filter(({ status = 0 }) => status >= 200 && status < 300)
  assert.ok(kept.length > 0, 'no hook was kept at all')
  const found = await world.read([...new Set(kept.flatMap(({ topic }) => topic ?? []))])

  const byMark = Map.groupBy(found, ({ mark }) => mark)
  const lost = kept.filter(({ id, topic }) => !byMark.get(id)?.some((record) => record.topic === topic))
  assert.deepEqual(lost, [], `${lost.length} of ${kept.length} hooks answered 2xx are lost`)
  for (const [mark, records] of byMark) {
    for (const { id, deliveryId } of records)
      assert.deepEqual([id, deliveryId], [mark, mark], 'delivery.id is the id that was sent')
  }
  const ids = new Set(posted.map(({ id }) => id))
  const ours = found.filter(({ mark }) => ids.has(mark))
  // What is there and was not answered 2xx can only be a hook whose sender never learnt of its fate.
  const keptIds = new Set(kept.map(({ id }) => id))
  const told = posted.filter(
    ({ id, status }) => status !== undefined && !keptIds.has(id) && status !== 503 && byMark.has(id),
  )
  assert.deepEqual(told, [], 'hooks that were turned away are on a topic')
  if (posted.length === kept.length) assert.deepEqual(new Set(ours.map(({ mark }) => mark)), keptIds)

  const answered = posted.filter(({ status }) => status !== undefined)
  const slowest = answered.toSorted((a, b) => b.tookMs - a.tookMs)[0]
  assert.ok(
    (slowest?.tookMs ?? 0) < limitMs,
    `an answer took ${Math.round(slowest?.tookMs ?? 0)} ms: ${JSON.stringify(slowest)}`,
  )
  const onTopic = new Set(ours.map(({ mark }) => mark)).size
  return {
    posted: posted.length,
    answered: kept.length,
    spooled: kept.filter(({ status }) => status === 202).length,
    refused: posted.length - kept.length,
    onTopic,
    duplicates: ours.length - onTopic,
    slowestMs: Math.round(slowest?.tookMs ?? 0),
  }
}

export const sayTally = (name: string, tally: Tally): string =>
  `${name}: ${Object.entries(tally)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')}`
