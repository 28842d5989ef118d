import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startKafkaProxy } from '../../faults/kafka-proxy.ts'
import { writeSetAside } from '../../faults/write-set-aside.ts'
import { eventually } from '../../process/eventually.ts'
import { readSeries } from '../../process/read-series.ts'
import { sample } from '../../records/hooks.ts'
import { limitTopicBytes } from '../../servers/alter-topics.ts'
import { deleteTopics } from '../../servers/delete-topics.ts'
import type { Stack } from '../../servers/stack.ts'
import { withAdmin } from '../../servers/with-admin.ts'
import { type OwnIngress, startOwnIngress } from '../own-ingress.ts'
import type { PageCase } from '../page-case.ts'

const untilSeries = (ingress: OwnIngress, series: string, value: number) =>
  eventually(async () => assert.equal(await readSeries(ingress.now().metricsUrl, series), value))

/** An ingress whose brokers refuse connections, until `accept`. */
const withoutBrokers = async (stack: Stack, t: TestContext, env: Record<string, string> = {}) => {
  const proxy = await startKafkaProxy(stack.kafkaBrokers)
  t.after(proxy.close)
  await proxy.refuse()
  const ingress = await startOwnIngress(stack, { KAFKA_BROKERS: proxy.address, ...env })
  return { ingress, accept: proxy.accept }
}

/** Changes a byte in the middle of what the ingress has spooled. */
const damageSpool = async (dataDir: string): Promise<void> => {
  const folder = join(dataDir, 'spool')
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.spool')) continue
    const bytes = await readFile(join(folder, name))
    const middle = Math.floor(bytes.length / 2)
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 255, middle)
    await writeFile(join(folder, name), bytes)
  }
}

/** Pages about hooks that are on the disk of the ingress, or are lost. */
export const spoolCases: readonly PageCase<Stack>[] = [
  {
    page: 'hooks-are-spooled',
    broken: 'the brokers refuse connections',
    breaks: async (stack, t) => {
      const { ingress, accept } = await withoutBrokers(stack, t)
      assert.equal((await ingress.post(sample('push'))).status, 202)
      return { env: ingress.env, process: ingress.watched, repair: accept }
    },
    Look: {
      '/readyz': { shows: /degraded: spooling/ },
      '/metrics': { shows: /^gitlab_bridge_ingress_connected 0$/m },
      'bridge spool inspect': { shows: /waiting .*default/ },
    },
    Do: { 'bridge setup': { leftOut: 'nothing is missing: see the next case' } },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_ingress_spool_records 0$/m },
      '/readyz': { shows: /"ready"/ },
    },
  },
  {
    page: 'hooks-are-spooled',
    broken: 'the ingress came before its topics',
    breaks: async (stack) => {
      const ingress = await startOwnIngress(stack, { KAFKA_TOPIC_PREFIX: `${stack.prefix}new.` })
      await ingress.post(sample('push'))
      return { env: { ...ingress.env, DATABASE_URL: stack.databaseUrl }, process: ingress.watched }
    },
    Look: {
      '/readyz': { shows: /degraded: cannot connect: .*bridge setup/ },
      log: { shows: /bridge setup/ },
    },
    Do: { 'bridge setup': { shows: /"message":"the topics are set up"/ } },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_ingress_spool_records 0$/m },
      '/readyz': { shows: /"ready"/ },
    },
  },
  {
    page: 'hooks-are-spooled',
    broken: 'the topic of quarantine accepts less than any record has',
    breaks: async (stack) => {
      const topic = stack.names.topic('quarantine')
      await limitTopicBytes(stack.kafka, [topic], 100)
      const ingress = await startOwnIngress(stack)
      await untilSeries(ingress, 'ingress_connected', 1)
      assert.equal((await ingress.post('this is not JSON')).status, 202)
      const repair = () => limitTopicBytes(stack.kafka, [topic], 1024 * 1024)
      return { env: ingress.env, values: { topic }, process: ingress.watched, repair }
    },
    Look: {
      log: {
        shows:
          /"a hook does not fit its topic even without its body.*"todo":"raise [^"]*of the topic <topic>;/,
      },
      '/metrics': {
        shows: /^gitlab_bridge_ingress_publish_failures_total\{[^}]*cause="refused"[^}]*\} [1-9]/m,
      },
    },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_ingress_spool_records 0$/m },
      '/readyz': { shows: /"ready"/ },
    },
  },
  {
    page: 'hooks-are-set-aside',
    broken: 'the brokers have refused a hook, and take it now',
    breaks: async (stack) => {
      const ingress = await startOwnIngress(stack)
      await writeSetAside(String(ingress.env.BRIDGE_DATA_DIR), 'refused')
      return { env: ingress.env, process: ingress.watched }
    },
    Look: { 'bridge spool inspect': { shows: /set aside push +default +refused / } },
    Do: { 'bridge spool publish --all': { shows: /\n1 published, 0 held back/ } },
    Verify: { 'bridge spool inspect': { shows: /^(?!.*set aside)/s } },
  },
  {
    page: 'hooks-are-set-aside',
    broken: 'a byte of the spool is damaged',
    breaks: async (stack, t) => {
      const { ingress, accept } = await withoutBrokers(stack, t)
      for (let hook = 0; hook < 3; hook++) await ingress.post(sample('push'))
      const dataDir = String(ingress.env.BRIDGE_DATA_DIR)
      await ingress.now().stop(10_000)
      await damageSpool(dataDir)
      const repair = async () => {
        await accept()
        await ingress.startAgain()
        await untilSeries(ingress, 'ingress_spool_records', 0)
        await rm(join(dataDir, 'spool', 'set-aside'), { recursive: true })
      }
      return { env: ingress.env, process: ingress.watched, repair }
    },
    Look: { 'bridge spool inspect': { shows: /corrupt/ } },
    Verify: { 'bridge spool inspect': { shows: /^(?!.*corrupt)/s }, log: { shows: /"damage":"corrupt"/ } },
  },
  {
    page: 'hooks-are-lost',
    broken: 'the brokers refuse connections, and the spool is full',
    breaks: async (stack, t) => {
      const { ingress, accept } = await withoutBrokers(stack, t, { INGRESS_SPOOL_MAX_BYTES: '2000000' })
      const body = JSON.stringify({ ...JSON.parse(sample('push').toString()), filler: 'x'.repeat(300_000) })
      await eventually(async () => assert.equal((await ingress.post(body)).status, 503))
      return { env: ingress.env, process: ingress.watched, repair: accept }
    },
    Look: {
      log: { shows: /"error":"[^"]*(?:full|room)[^"]*".*"message":"a hook was not kept"/ },
      '/metrics': { shows: /^gitlab_bridge_ingress_spool_bytes [1-9]\d{6}$/m },
    },
    Verify: { '/readyz': { shows: /"ready"/ } },
  },
  {
    page: 'topic-is-not-available',
    broken: 'somebody has deleted the topic',
    breaks: async (stack) => {
      const topic = stack.names.topic('pipeline')
      const ingress = await startOwnIngress(stack)
      await untilSeries(ingress, 'ingress_connected', 1)
      await withAdmin(stack.kafka, (admin) => deleteTopics(admin, [topic]))
      await eventually(async () => assert.equal((await ingress.post(sample('pipeline'))).status, 202))
      return {
        env: { ...ingress.env, DATABASE_URL: stack.databaseUrl },
        values: { topic },
        process: ingress.watched,
      }
    },
    Look: {
      '/readyz': { shows: /degraded: not available: <topic>/ },
      log: { shows: /"todo":"[^"]*bridge setup/ },
      'kafka-topics.sh --bootstrap-server <broker> --describe --topic <topic>': {
        leftOut: 'the tools of Kafka are not in the embedded stack',
      },
      'bridge spool inspect': { shows: /<topic>@/ },
    },
    Do: { 'bridge setup': { shows: /"created":1\b.*"message":"the topics are set up"/ } },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_ingress_unavailable_topics 0$/m },
      '/readyz': { shows: /"ready"/ },
    },
  },
]
