import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import kafkajs from 'kafkajs'
import { consumers } from '../../consumers/index.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { readVariables } from '../../lib/config.ts'
import { catalogue, eventTypes } from '../../schemas/catalogue.ts'
import { wireSchema } from '../../schemas/load.ts'
import { createNames } from '../../schemas/topics.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { logEntriesIn } from '../helpers/process/log-entries.ts'
import { addPartitions } from '../helpers/servers/add-partitions.ts'
import { alterTopics } from '../helpers/servers/alter-topics.ts'
import { createTopic } from '../helpers/servers/create-topic.ts'
import { deleteTopics } from '../helpers/servers/delete-topics.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('setup')
const admin = stack.kafka.admin()
await admin.connect()

/** Runs `bridge setup` and returns the numbers of topics that it logs, and its warnings. */
const runSetup = async (env: Readonly<Record<string, string>> = {}, ...options: string[]) => {
  const { exited, lines } = await stack.start(['setup', ...options], {
    DATABASE_URL: stack.databaseUrl,
    KAFKA_TOPIC_PARTITIONS: '',
    ...env,
  })
  const { code } = await exited
  const entries = logEntriesIn(lines)
  const sum = (name: string) =>
    entries
      .filter(({ message }) => /topics are set up$/.test(String(message)))
      .reduce((total, fields) => total + Number(fields[name]), 0)
  const { created, changed, kept } = { created: sum('created'), changed: sum('changed'), kept: sum('kept') }
  const warnings = entries.filter(({ level }) => level === 'warn').map(({ message }) => String(message))
  return {
    code,
    created,
    changed,
    kept,
    migrations: entries.find(({ message }) => message === 'the database is migrated')?.migrations,
    warnings,
    entries,
    lines,
  }
}

const settingsOf = async (topic: string): Promise<Record<string, string>> => {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  })
  return Object.fromEntries(
    resources.flatMap(({ configEntries }) =>
      configEntries.map(({ configName, configValue }) => [configName, configValue]),
    ),
  )
}

/** For tests in which the number plays no role. The brokers need most of their time for partitions. */
const few = { KAFKA_TOPIC_PARTITIONS: '2' }

/** Topics of its own for one test, as a first setup creates them. */
const openSetup = async () => {
  const prefix = `setup-${randomBytes(3).toString('hex')}.`
  const own = { KAFKA_TOPIC_PREFIX: prefix, ...few }
  await stack.setUp(own)
  const run = (env: Readonly<Record<string, string>> = {}, ...options: string[]) =>
    runSetup({ ...own, ...env }, ...options)
  return { names: createNames(prefix), run }
}

// Setup gives up on a registry after 15 s. So this run starts now, and its test waits for its end.
const withoutRegistry = runSetup({
  KAFKA_TOPIC_PREFIX: `without-registry-${randomBytes(3).toString('hex')}.`,
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:9/apis/ccompat/v7',
  ...few,
})
const prefix = `setup-${randomBytes(3).toString('hex')}.`
const names = createNames(prefix)
const first = await runSetup({ KAFKA_TOPIC_PREFIX: prefix })
const ofEvents = eventTypes.map(names.topic)
const ofDeadLetters = consumers.map(({ name }) => names.deadLetterTopic(name))

test('the first setup creates a topic for every event and a dead-letter topic for every worker', async () => {
  assert.equal(first.code, 0, first.lines.join('\n'))
  const existing = new Set((await admin.listTopics()).filter((topic) => topic.startsWith(prefix)))
  assert.deepEqual([first.created, first.changed, first.kept], [existing.size, 0, 0])
  assert.deepEqual(
    [...ofEvents, ...ofDeadLetters].filter((topic) => !existing.has(topic)),
    [],
  )
})

test('event topics have 6 partitions, space for the largest hook, and their retention', async () => {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...ofEvents, ...ofDeadLetters] })
  const partitions = new Map(topics.map(({ name, partitions }) => [name, partitions.length]))
  const day = 86_400_000
  const retention = { history: '-1', activity: String(90 * day), pipelines: String(14 * day) }
  for (const event of eventTypes) {
    const topic = names.topic(event)
    const settings = await settingsOf(topic)
    assert.equal(partitions.get(topic), 6)
    assert.equal(settings['max.message.bytes'], String(32 * 1024 * 1024))
    assert.equal(settings['compression.type'], 'uncompressed')
    assert.equal(settings['cleanup.policy'], 'delete')
    assert.equal(settings['retention.ms'], retention[catalogue[event].retention], event)
  }
  assert.deepEqual([catalogue.push.retention, catalogue.project_create.retention], ['activity', 'history'])
})

test('a dead-letter topic has one partition and is compacted: nothing in it expires', async () => {
  for (const topic of ofDeadLetters) {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    assert.equal(topics[0]?.partitions.length, 1)
    assert.equal((await settingsOf(topic))['cleanup.policy'], 'compact')
  }
})

test('every subject has its schema and is FULL_TRANSITIVE', async () => {
  for (const event of eventTypes) {
    const subject = names.subject(names.topic(event))
    const config = (await (await fetch(`${stack.schemaRegistryUrl}/config/${subject}`)).json()) as {
      compatibilityLevel: string
    }
    assert.equal(config.compatibilityLevel, 'FULL_TRANSITIVE', subject)
    const latest = (await (
      await fetch(`${stack.schemaRegistryUrl}/subjects/${subject}/versions/latest`)
    ).json()) as { schema: string }
    assert.deepEqual(JSON.parse(latest.schema), JSON.parse(wireSchema(catalogue[event].schema)))
  }
})

test('a second setup creates and changes nothing, and leaves an operator’s own setting alone', async () => {
  const { names, run } = await openSetup()
  const topic = names.topic('push')
  await alterTopics(admin, [topic], { ...(await ownSettings(topic)), 'segment.ms': '3600000' })
  const again = await run()
  assert.equal(again.code, 0, again.lines.join('\n'))
  assert.deepEqual(
    [again.created, again.changed, again.kept, again.migrations, again.warnings],
    [0, 0, first.created, 0, []],
  )
  assert.equal((await settingsOf(topic))['segment.ms'], '3600000')
})

test('setup keeps what an operator set, says so with both values, and corrects it with --force', async () => {
  const { names, run } = await openSetup()
  const topic = names.topic('push')
  const year = String(365 * 86_400_000)
  const changed = { 'max.message.bytes': '1000000', 'retention.ms': year, 'segment.ms': '3600000' }
  await alterTopics(admin, [topic], { ...(await ownSettings(topic)), ...changed })
  await deleteTopics(admin, [names.topic('tag_push')])
  const again = await run()
  assert.deepEqual([again.code, again.created, again.changed], [0, 1, 0])
  assert.deepEqual(pick(await settingsOf(topic), Object.keys(changed)), changed)
  const kept = again.entries.filter(({ level }) => level === 'warn')
  assert.deepEqual(
    kept.map(({ topic, setting, old_value, new_value }) => [topic, setting, old_value, new_value]),
    [
      [topic, 'max.message.bytes', '1000000', String(32 * 1024 * 1024)],
      [topic, 'retention.ms', year, String(90 * 86_400_000)],
    ],
  )

  const forced = await run({}, '--force')
  assert.deepEqual([forced.created, forced.changed, forced.warnings], [0, 1, []])
  // A broker that is asked at once may still answer with the old values.
  await eventually(async () =>
    assert.deepEqual(pick(await settingsOf(topic), Object.keys(changed)), {
      'max.message.bytes': String(32 * 1024 * 1024),
      'retention.ms': String(90 * 86_400_000),
      'segment.ms': '3600000',
    }),
  )
})

const pick = (settings: Record<string, string>, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, settings[name]]))

test('retention is configurable, and is shortened only with --force', async () => {
  const { names, run } = await openSetup()
  const env = { KAFKA_RETENTION_ACTIVITY_DAYS: '30' }
  await run(env)
  assert.equal((await settingsOf(names.topic('push')))['retention.ms'], String(90 * 86_400_000))
  await run(env, '--force')
  assert.equal((await settingsOf(names.topic('push')))['retention.ms'], String(30 * 86_400_000))
  assert.equal((await settingsOf(names.topic('project_create')))['retention.ms'], '-1')
})

const partitionsOf = async (topic: string) =>
  (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length

test('topics with another number of partitions than set are refused, and nothing changes', async () => {
  const { names, run } = await openSetup()
  const deleted = names.topic('tag_push')
  const wider = [names.topic('push'), names.retryTopic('audit-log')]
  await addPartitions(admin, wider, 3)
  await deleteTopics(admin, [deleted])
  for (const options of [[], ['--check']]) {
    const refused = await run({}, ...options)
    assert.equal(refused.code, 1)
    const text = refused.lines.join('\n')
    assert.match(text, /3 instead of 2 partitions: .*set KAFKA_TOPIC_PARTITIONS to that number/)
    for (const topic of wider) assert.ok(text.includes(topic), text)
    assert.doesNotMatch(text, / {4}at /)
  }
  assert.ok(!(await admin.listTopics()).includes(deleted))

  const kept = await run({}, '--keep-partitions')
  assert.deepEqual([kept.code, kept.created, kept.warnings.length], [0, 1, 1], kept.lines.join('\n'))
  assert.deepEqual([await partitionsOf(deleted), await partitionsOf(names.topic('push'))], [2, 3])
})

test('a topic that somebody created before does not decide the number of partitions of all', async () => {
  const prefix = `foreign-${randomBytes(3).toString('hex')}.`
  const foreign = `${prefix}gitlab.push`
  await createTopic(admin, { topic: foreign, numPartitions: 1 })
  const refused = await runSetup({ KAFKA_TOPIC_PREFIX: prefix })
  assert.equal(refused.code, 1)
  assert.match(refused.lines.join('\n'), new RegExp(`1 instead of 6 partitions: ${foreign}\\.`))
  assert.deepEqual(await topicsWith(prefix), [foreign])
})

test('with --check, setup names what it would create, and creates nothing', async () => {
  const prefix = `checked-${randomBytes(3).toString('hex')}.`
  const checked = await runSetup({ KAFKA_TOPIC_PREFIX: prefix }, '--check')
  assert.equal(checked.code, 0, checked.lines.join('\n'))
  const named = checked.entries.filter(({ message }) => message === 'setup would create a topic')
  assert.equal(named.length, first.created)
  assert.deepEqual(await topicsWith(prefix), [])
})

const topicsWith = async (prefix: string) =>
  (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))

test('the registry refuses a schema that cannot read old records, and the error says so', async () => {
  const registry = createRegistry(readVariables(registryVariables, stack.env), 'test')
  const schema = JSON.parse(wireSchema('push')) as { fields: { name: string; type: unknown }[] }
  const field = schema.fields.find(({ name }) => name === 'project_id')
  assert.ok(field)
  field.type = 'string'
  const subject = names.subject(names.topic('push'))
  await assert.rejects(registry.register(subject, JSON.stringify(schema)), {
    name: 'PermanentError',
    message: new RegExp(`register ${subject}: .*incompatib`, 'i'),
  })
})

test('setup fails when it cannot reach the registry, and its error names the registry', async () => {
  const { code, lines } = await withoutRegistry
  assert.equal(code, 1)
  assert.match(lines.join('\n'), /schema registry/)
})

/** The settings of the topic itself. A request to alter them replaces all of them. */
const ownSettings = async (topic: string): Promise<Record<string, string>> => {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  })
  const entries = resources
    .flatMap(({ configEntries }) => configEntries)
    .filter(({ configSource }) => Number(configSource) === 1)
  return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]))
}

test.after(() => admin.disconnect())
