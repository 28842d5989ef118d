// The table of docs/kafka-rights.md with real access control lists: every process runs with exactly its
// rights, and names the right that it lacks.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import kafkajs, { type AclEntry } from 'kafkajs'
import { setUp } from '../../cli/setup/set-up.ts'
import type { Environment } from '../../lib/config.ts'
import { pushConsumer } from '../helpers/process/push-consumer.ts'
import { recordingLogger } from '../helpers/process/recording-logger.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { startKafkaWithAcls } from '../helpers/servers/kafka-with-acls.ts'
import { startServers } from '../helpers/servers/servers.ts'
import { openStack } from '../helpers/servers/stack.ts'
import { withAdmin } from '../helpers/servers/with-admin.ts'

const processes = ['setup', 'ingress', 'consumer', 'lag-exporter'] as const
type Process = (typeof processes)[number]

const [kafka, servers] = await Promise.all([startKafkaWithAcls(processes), startServers(['registry'])])
after(() => Promise.all([servers.remove(), kafka.remove()]))
const { schemaRegistryUrl } = servers
const stack = await openStack('rights', { kafkaBrokers: kafka.brokers, schemaRegistryUrl, databaseUrl: '' })

interface Right {
  process: string
  operations: string[]
  resource: string
  name: string
}

const worker = 'push-author-log'
const rights = readFileSync(new URL('../../docs/kafka-rights.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `bridge'))
  .map((line): Right => {
    const [, process = '', operations = '', resource = '', name = ''] = line
      .split('|')
      .map((cell) => cell.trim())
    return {
      process: process.split(/[ `]+/)[2] ?? '',
      operations: operations.split(', '),
      resource,
      name: name.replaceAll('`', '').replace('<worker>', worker),
    }
  })

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs
const kafkaName = (operation: string) =>
  operation
    .replace(/[a-z](?=[A-Z])/g, (letter) => `${letter}_`)
    .toUpperCase() as keyof typeof AclOperationTypes

const entriesOf = ({ process, operations, resource, name }: Right): AclEntry[] =>
  operations.map((operation) => ({
    principal: `User:${process}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
    operation: AclOperationTypes[kafkaName(operation)],
    resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
    resourceName: stack.prefix + name.replace('*', ''),
    resourcePatternType: name.endsWith('*') ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  }))

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

/** Runs a process that must not start, and returns what it says. */
const refusalOf = async (process: Process): Promise<string> => {
  const { exited, lines } = await stack.start(commands[process], as(process))
  assert.equal((await exited).code, 1, lines.join('\n'))
  return lines.join('\n')
}

const lacking: [Process, string, string, string][] = [
  ['setup', 'Create', 'topic', 'gitlab.'],
  ['setup', 'Read', 'group', 'gitlab-bridge.'],
]

for (const [process, operation, resource, start] of lacking) {
  test(`${process} without ${operation} on the ${resource} ${start}* is named`, () =>
    without(entryOf(process, operation, resource, start), async () => {
      const text = await refusalOf(process)
      assert.ok(text.includes(`Kafka refuses the user User:${process}: `), text)
      assert.match(text, new RegExp(`${operation} on the ${resource}s? ${stack.prefix}${start}`))
      assert.doesNotMatch(text, /will be tried again/)
    }))
}

test('setup, ingress, worker and lag exporter run with exactly the rights of the table', async () => {
  const { exited, lines } = await stack.start(commands.setup, as('setup'))
  assert.equal((await exited).code, 0, lines.join('\n'))
  const again = await stack.start([...commands.setup, '--check'], as('setup'))
  assert.equal((await again.exited).code, 0, again.lines.join('\n'))

  const ingress = await stack.startReady(commands.ingress, as('ingress'))
  const answer = await post(ingress.hookUrl, sample('push'), { 'x-gitlab-event': 'Push Hook' })
  assert.equal(answer.status, 200)
  const handling = await stack.startReady(commands.consumer, as('consumer'))
  const exporter = await stack.startReady(commands['lag-exporter'], as('lag-exporter'))
  await Promise.all([ingress, handling, exporter].map(({ stop }) => stop(15_000)))
})

const lackingLater: [Process, string, string, string][] = [
  ['setup', 'AlterConfigs', 'topic', 'gitlab.'],
  ['consumer', 'Read', 'topic', 'gitlab.'],
  ['consumer', 'Read', 'topic', 'gitlab-bridge.retry.'],
  ['consumer', 'Write', 'topic', 'gitlab-bridge.dead-letter.'],
  ['consumer', 'Read', 'group', 'gitlab-bridge.'],
  ['lag-exporter', 'Read', 'topic', 'gitlab.'],
  ['lag-exporter', 'Describe', 'group', 'gitlab-bridge.'],
]

for (const [process, operation, resource, start] of lackingLater) {
  test(`${process} without ${operation} on the ${resource} ${start}* is named`, () =>
    without(entryOf(process, operation, resource, start), async () => {
      if (operation === 'AlterConfigs') commands.setup = ['setup', '--force']
      const env = operation === 'AlterConfigs' ? { KAFKA_RETENTION_ACTIVITY_DAYS: '30' } : {}
      const { exited, lines } = await stack.start(commands[process], { ...as(process), ...env })
      const text = lines.join('\n')
      assert.equal((await exited).code, 1, text)
      assert.match(
        lines.join('\n'),
        new RegExp(
          `refuses the user User:${process}: .*${operation} on the ${resource}s? ${stack.prefix}${start}`,
        ),
      )
    }))
}

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

test('an ingress with a wrong TLS setting starts, and names the variable in its log', async () => {
  const ingress = await stack.start(['ingress'], { KAFKA_SSL: 'true' })
  await ingress.eventually(() => assert.match(ingress.lines.join('\n'), /KAFKA_SSL: is true, but the broker/))
  await ingress.stop(15_000)
})

test('a worker of another name is refused by its own names', async () => {
  const { logger } = recordingLogger()
  const other = pushConsumer('other', async () => undefined)
  await assert.rejects(setUp({ ...stack.env, ...as('consumer') }, logger, [other]), {
    name: 'UsageError',
    message: /User:consumer: Describe on the topics .*; DescribeConfigs on the topics /,
  })
})
