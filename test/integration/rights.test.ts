// The table of docs/kafka-rights.md with real access control lists: every process runs with exactly its
// rights, and names the right that it lacks.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { AclEntry } from 'kafkajs'
import type { Environment } from '../../lib/config.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { logEntriesIn } from '../helpers/process/log-entries.ts'
import { pushConsumer } from '../helpers/process/push-consumer.ts'
import { recordingLogger } from '../helpers/process/recording-logger.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { startKafkaWithAcls } from '../helpers/servers/kafka-with-acls.ts'
import { aclEntriesOf, canBeMissed, type Right, readRightsTable } from '../helpers/servers/rights-table.ts'
import { setUpPatiently } from '../helpers/servers/set-up-patiently.ts'
import { openSharedRegistry } from '../helpers/servers/shared-registry.ts'
import { openStack, type ReadyProcess } from '../helpers/servers/stack.ts'
import { withAdmin } from '../helpers/servers/with-admin.ts'

const processes = ['setup', 'ingress', 'consumer', 'lag-exporter'] as const
type Process = (typeof processes)[number]

const [kafka, schemaRegistryUrl] = await Promise.all([startKafkaWithAcls(processes), openSharedRegistry()])
after(() => kafka.remove())
const stack = await openStack('rights', { kafkaBrokers: kafka.brokers, schemaRegistryUrl, databaseUrl: '' })

const worker = 'push-author-log'
const rights = readRightsTable(worker)
const entriesOf = (right: Right) => aclEntriesOf(right, stack.prefix)

const all = rights.flatMap(entriesOf)
await withAdmin(stack.kafka, (admin) => admin.createAcls({ acl: all }))

/** Takes one right away for the duration of an action. */
const without = async (entry: AclEntry, action: () => Promise<void>) => {
  await withAdmin(stack.kafka, (admin) => admin.deleteAcls({ filters: [entry] }))
  await action().finally(() => withAdmin(stack.kafka, (admin) => admin.createAcls({ acl: [entry] })))
}

const entryOf = (process: Process, operation: string, resource: string, start: string): AclEntry => {
  const right = rights.find(
    (each) =>
      each.process === process &&
      each.operations.includes(operation) &&
      each.resource === resource &&
      each.name.startsWith(start),
  )
  assert.ok(right, `${process} ${operation} ${resource} ${start}`)
  return entriesOf({ ...right, operations: [operation] })[0] as AclEntry
}

const as = (user: Process): Environment => ({
  KAFKA_BROKERS: kafka.saslBrokers,
  KAFKA_SASL_MECHANISM: 'plain',
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD: user,
  AUDIT_LOG_DATABASE_URL: '',
})

const commands: Record<Process, string[]> = {
  setup: ['setup'],
  ingress: ['ingress'],
  consumer: ['consumer', worker],
  'lag-exporter': ['lag-exporter'],
}

/** Each ingress has a spool of its own, so that no test depends on the end of the ingress before. */
const startIngress = async (env: Environment): Promise<ReadyProcess> =>
  stack.startReady(commands.ingress, { ...env, INGRESS_SPOOL_DIR: await stack.temporaryFolder() })

/** An ingress accepts hooks before it has connected to the brokers. It spools them until then. */
const untilAnswered = (ingress: ReadyProcess, status: 200 | 202) =>
  ingress.eventually(async () => {
    const answer = await post(ingress.hookUrl, sample('push'), { 'x-gitlab-event': 'Push Hook' })
    assert.equal(answer.status, status)
  })

/** Runs a process that must not start, and returns what it says. */
const refusalOf = async (process: Process): Promise<string> => {
  const { exited, lines } = await stack.start(commands[process], as(process))
  assert.equal((await exited).code, 1, lines.join('\n'))
  return lines.join('\n')
}

const lacking: [Process, string, string, string][] = [
  ['setup', 'Read', 'topic', 'gitlab.'],
  ['setup', 'Read', 'topic', 'gitlab-bridge.'],
  ['setup', 'Create', 'topic', 'gitlab.'],
  ['setup', 'Read', 'group', 'gitlab-bridge.'],
  ['setup', 'Create', 'topic', 'gitlab-bridge.'],
]

for (const [process, operation, resource, start] of lacking) {
  test(`${process} without ${operation} on the ${resource} ${start}* is named`, () =>
    without(entryOf(process, operation, resource, start), async () => {
      // The test of the other prefix has created what it was allowed to create.
      if (operation === 'Create')
        await withAdmin(stack.kafka, (admin) =>
          admin.deleteTopics({ topics: [stack.names.canaryTopic] }).catch(() => undefined),
        )
      const text = await refusalOf(process)
      assert.ok(text.includes(`Kafka refuses the user User:${process}: `), text)
      assert.match(text, new RegExp(`${operation} on the ${resource}s? ${stack.prefix}${start}`))
      assert.doesNotMatch(text, /will be tried again/)
    }))
}

test('setup, ingress, worker and lag exporter run with exactly the rights of the table', async () => {
  // A registry on a busy machine may need longer than setup waits for it.
  await eventually(async () => {
    const { exited, lines } = await stack.start(commands.setup, as('setup'))
    assert.equal((await exited).code, 0, lines.join('\n'))
  })
  const again = await stack.start([...commands.setup, '--check'], as('setup'))
  assert.equal((await again.exited).code, 0, again.lines.join('\n'))

  const ingress = await startIngress(as('ingress'))
  await untilAnswered(ingress, 200)
  const handling = await stack.startReady(commands.consumer, as('consumer'))
  const exporter = await stack.startReady(commands['lag-exporter'], as('lag-exporter'))
  await Promise.all([ingress, handling, exporter].map(({ stop }) => stop(15_000)))
})

const lackingLater: [Process, string, string, string][] = [
  ['setup', 'AlterConfigs', 'topic', 'gitlab.'],
  ['setup', 'AlterConfigs', 'topic', 'gitlab-bridge.'],
  ['consumer', 'Read', 'topic', 'gitlab.'],
  ['consumer', 'Read', 'topic', 'gitlab-bridge.retry.'],
  ['consumer', 'Write', 'topic', 'gitlab-bridge.dead-letter.'],
  ['consumer', 'Read', 'topic', 'gitlab-bridge.worker-starts'],
  ['consumer', 'Write', 'topic', 'gitlab-bridge.worker-starts'],
  ['consumer', 'Read', 'group', 'gitlab-bridge.'],
  ['lag-exporter', 'Read', 'topic', 'gitlab.'],
  ['lag-exporter', 'Read', 'topic', 'gitlab-bridge.'],
  ['lag-exporter', 'Describe', 'group', 'gitlab-bridge.'],
]

for (const [process, operation, resource, start] of lackingLater) {
  test(`${process} without ${operation} on the ${resource} ${start}* is named`, () =>
    without(entryOf(process, operation, resource, start), async () => {
      if (operation === 'AlterConfigs') commands.setup = ['setup', '--force']
      // Another size for each prefix, because the topics of the other one are changed.
      const changed = { KAFKA_TOPIC_MAX_MESSAGE_BYTES: String((16 + start.length) * 1024 * 1024) }
      const env = operation === 'AlterConfigs' ? changed : {}
      const { exited, lines } = await stack.start(commands[process], { ...as(process), ...env })
      const text = lines.join('\n')
      assert.equal((await exited).code, 1, text)
      assert.match(
        lines.join('\n'),
        new RegExp(
          `refuses the user User:${process}: .*${operation} on the ${resource}s? .*${stack.prefix}${start}`,
        ),
      )
    }))
}

const ingressLacks: [operation: string, topic: string, status: 200 | 202][] = [
  ['Write', 'gitlab.', 202],
  ['DescribeConfigs', 'gitlab.', 200],
  ['Write', 'gitlab-bridge.intervals', 200],
  ['DescribeConfigs', 'gitlab-bridge.intervals', 200],
  ['Write', 'gitlab-bridge.canary', 200],
  ['Read', 'gitlab-bridge.canary', 200],
  ['DescribeConfigs', 'gitlab-bridge.canary', 200],
]

test('a test misses each right of the table, where Kafka does not grant it with another', () => {
  const missed = [
    ...[...lacking, ...lackingLater].map(([process, ...right]) => [process, ...right]),
    ...ingressLacks.map(([operation, topic]) => ['ingress', operation, 'topic', topic]),
    // Only the worker audit-log reads this topic, and it needs a database.
    ['consumer', 'Read', 'topic', 'gitlab-bridge.intervals'],
  ]
  const isMissed = (process: string, operation: string, resource: string, name: string) =>
    missed.some(
      ([user, lacked, kind, start = '']) =>
        user === process && lacked === operation && kind === resource && name.startsWith(start),
    )
  const untested = rights.flatMap((right) =>
    right.operations
      .filter((operation) => canBeMissed(right, operation))
      .filter((operation) => !isMissed(right.process, operation, right.resource, right.name))
      .map((operation) => `${right.process} ${operation} ${right.resource} ${right.name}`),
  )
  assert.deepEqual(untested, [])
})

const readinessAt = async (metricsUrl: string): Promise<string> => {
  const answer = await fetch(metricsUrl.replace('/metrics', '/readyz'))
  const { status } = (await answer.json()) as { status: string }
  return `${answer.status} ${status}`
}

for (const [operation, topic, status] of ingressLacks) {
  test(`ingress without ${operation} on ${topic} starts, answers ${status}, and names it`, async () => {
    const entry = entryOf('ingress', operation, 'topic', topic)
    const refusal = new RegExp(
      `Kafka refuses the user User:ingress: ${operation} on the topics? ${stack.prefix}${topic}`,
    )
    let ingress: ReadyProcess | undefined
    await without(entry, async () => {
      const started = await startIngress(as('ingress'))
      ingress = started
      await untilAnswered(started, status)
      await started.eventually(async () => {
        const readiness = await readinessAt(started.metricsUrl)
        assert.match(readiness, /^200 degraded: /)
        assert.match(readiness, refusal)
        const logged = logEntriesIn(started.lines).filter(({ error }) => refusal.test(String(error)))
        assert.ok(logged.length > 0)
      })
    })
    const { metricsUrl, ...running } = ingress ?? assert.fail()
    await running.eventually(async () => assert.equal(await readinessAt(metricsUrl), '200 ready'))
    await running.stop(15_000)
  })
}

test('an ingress that may do nothing starts, spools, and names the user and the right', async () => {
  const entries = all.filter(({ principal }) => principal === 'User:ingress')
  await withAdmin(stack.kafka, (admin) => admin.deleteAcls({ filters: entries }))
  const ingress = await startIngress(as('ingress'))
  assert.equal((await post(ingress.hookUrl, sample('push'))).status, 202)
  // The connection or the watch of the rights finds it first.
  assert.match(
    await readinessAt(ingress.metricsUrl),
    /^200 degraded: (cannot connect: )?Kafka refuses the user User:ingress: /,
  )
  assert.doesNotMatch(ingress.lines.join('\n'), /the cluster has none of our topics/)
  await withAdmin(stack.kafka, (admin) => admin.createAcls({ acl: entries }))
  await ingress.eventually(async () => assert.equal(await readinessAt(ingress.metricsUrl), '200 ready'))
  await ingress.stop(15_000)
})

test('a wrong password is told at once, by variable, and not tried again', async () => {
  for (const command of [['setup'], ['consumer', worker], ['lag']]) {
    const { exited, lines } = await stack.start(command, { ...as('setup'), KAFKA_SASL_PASSWORD: 'wrong' })
    assert.equal((await exited).code, 1)
    assert.match(lines.join('\n'), /^ {2}KAFKA_SASL_PASSWORD: the brokers refuse it, or KAFKA_SASL_USERNAME/m)
    assert.doesNotMatch(lines.join('\n'), /will be tried again| {4}at /)
  }
})

test('TLS with a broker that does not speak it is told at once, by variable', async () => {
  for (const command of [['setup'], ['tail']]) {
    const { exited, lines } = await stack.start(command, { KAFKA_SSL: 'true', AUDIT_LOG_DATABASE_URL: '' })
    assert.equal((await exited).code, 1)
    assert.match(lines.join('\n'), /^ {2}KAFKA_SSL: is true, but the broker .* does not speak TLS/m)
    assert.doesNotMatch(lines.join('\n'), /will be tried again| {4}at /)
  }
})

test('an ingress with a setting that the brokers refuse starts, and names the variable once', async () => {
  const settings: [Environment, string][] = [
    [{ KAFKA_SSL: 'true' }, 'KAFKA_SSL: is true, but the broker'],
    [{ ...as('ingress'), KAFKA_SASL_PASSWORD: 'wrong' }, 'KAFKA_SASL_PASSWORD: the brokers refuse it'],
  ]
  for (const [env, problem] of settings) {
    const ingress = await startIngress(env)
    await ingress.eventually(async () => {
      const readiness = await readinessAt(ingress.metricsUrl)
      assert.ok(readiness.startsWith(`200 degraded: cannot connect: ${problem}`), readiness)
    })
    const errors = logEntriesIn(ingress.lines).filter(({ level }) => level === 'error')
    assert.equal(errors.length, 1, JSON.stringify(errors))
    assert.ok(String(errors[0]?.error).startsWith(problem))
    await ingress.stop(15_000)
  }
})

test('a worker of another name is refused by its own names', async () => {
  const { logger } = recordingLogger()
  const other = pushConsumer('other', async () => undefined)
  await assert.rejects(setUpPatiently({ ...stack.env, ...as('consumer') }, logger, [other]), {
    name: 'UsageError',
    message: /User:consumer: Describe on the topics .*; DescribeConfigs on the topics /,
  })
})
