import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Partitioners } from 'kafkajs'
import { z } from 'zod'
import { setOffsets } from '../../../cli/offsets/set-offsets.ts'
import { rebuild } from '../../../cli/rebuild/rebuild.ts'
import { type Consumer, defineConsumer } from '../../../consumers/consumer.ts'
import { consumers } from '../../../consumers/index.ts'
import { classify } from '../../../ingress/record/classify.ts'
import { createEncodeStage } from '../../../ingress/record/encode.ts'
import { readEncoders } from '../../../ingress/record/encoders.ts'
import { normalise } from '../../../ingress/record/normalise.ts'
import { createRegistry, registryVariables } from '../../../lib/avro/registry.ts'
import { readVariables } from '../../../lib/config.ts'
import { openOffsets } from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import { type EventType, eventTypes } from '../../../schemas/catalogue.ts'
import { ldapHarness } from '../../helpers/ldap/ldap-harness.ts'
import { hasSlapd } from '../../helpers/ldap/slapd.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { effectsIn, startWorkerProcess } from '../../helpers/process/start-worker-process.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { commentEffects } from '../../helpers/records/comment-effects.ts'
import { linesOfDays } from '../../helpers/records/day-files.ts'
import { hookOf } from '../../helpers/records/deliver.ts'
import type { EffectHarness } from '../../helpers/records/effect-harness.ts'
import { mentionEffects } from '../../helpers/records/mention-effects.ts'
import { outboxHarness } from '../../helpers/records/outbox-harness.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { fixtures } from '../../helpers/records/samples.ts'
import { queryOnce } from '../../helpers/servers/query-once.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

/** Has no database, and an effect that cannot be told to be there already: the runtime has to remember. */
const sent: string[] = []
const sender = defineConsumer({
  name: 'sender',
  summary: 'Made for a test.',
  events: eventTypes,
  begins: 'oldest',
  repeats: { skippedForDays: 1 },
  effect: 'external',
  personalData: 'none',
  metricsPort: 0,
  variables: z.object({}),
  dryRun: () => [],
  forget: async () => void sent.splice(0),
  create: async () => ({
    handle: async ({ delivery, eventType }) => void sent.push(`${eventType} ${delivery.id}`) as undefined,
    close: async () => undefined,
  }),
}) as unknown as Consumer

const workers = [...consumers, sender]
const stack = await openWorkerStack('twice', [...workers, pushConsumer('killed', async () => undefined)])

/** Every sample as the ingress publishes it, twice over: so it is when an acknowledgement got lost. */
const publishSamples = async () => {
  const registry = createRegistry(readVariables(registryVariables, stack.env), 'test')
  const { encoders } = await readEncoders(
    registry,
    stack.names,
    join(await stack.temporaryFolder(), 'schema-ids.json'),
    recordingLogger().logger,
  )
  const encode = createEncodeStage(encoders, stack.names)
  // The brokers delete what is older than they are to keep it, whenever they look.
  const hooks = fixtures.map(({ body, headers }) => hookOf(body, headers, { receivedAt: Date.now() }))
  const encoded = hooks.map((hook) => {
    const result = encode(hook, normalise(hook, classify(hook)))
    if ('reason' in result) throw new Error(result.detail)
    return { id: hook.id, ...result }
  })
  const producer = stack.kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  })
  await producer.connect()
  for (const { message } of [...encoded, ...encoded])
    await producer.send({ topic: message.topic, acks: -1, messages: [message] })
  await producer.disconnect()
  return encoded.map(({ id, event }) => ({ id, event }))
}
const samples = await publishSamples()

/** For each worker: what it needs, and what shows its effects. */
const harnesses: Readonly<Record<string, (ids: readonly string[]) => Promise<EffectHarness>>> = {
  'audit-log': async (ids) => ({
    env: { AUDIT_LOG_DATABASE_URL: stack.auditLogUrl },
    effects: async () => {
      const text = 'select delivery_id from audit_log.events where delivery_id = any($1)'
      const rows = await queryOnce(stack.databaseUrl, text, [ids])
      return rows.map(({ delivery_id }) => String(delivery_id))
    },
  }),
  'push-author-log': async () => {
    const folder = await stack.temporaryFolder()
    return {
      env: { PUSH_AUTHOR_LOG_DIR: folder },
      effects: async () => linesOfDays(folder),
    }
  },
  'project-directory': async () => ({
    env: {
      PROJECT_DIRECTORY_DATABASE_URL: stack.databaseUrl,
      PROJECT_DIRECTORY_PORT: '0',
    },
    effects: async () => {
      const rows = await queryOnce(
        stack.databaseUrl,
        `select concat_ws(' ', realm, kind, id, key, fact) as effect from project_directory.facts
         union all
         select concat_ws(' ', realm, project_id, ref, stream, delivery_id, before, after)
           from project_directory.moves
         union all select row(members)::text from project_directory.members`,
      )
      return rows.map(({ effect }) => String(effect))
    },
  }),
  'ldap-sync': async () => ldapHarness(stack.databaseUrl, await stack.temporaryFolder()),
  'chat-notifier': async () =>
    outboxHarness({
      worker: 'chat-notifier',
      destination: { type: 'json' },
      header: 'idempotency-key',
      // It tells several events of one thing in one message, and a burst in one digest.
      least: 5,
      databaseUrl: stack.databaseUrl,
      folder: await stack.temporaryFolder(),
    }),
  'hook-forwarder': async () =>
    outboxHarness({
      worker: 'hook-forwarder',
      destination: { type: 'forward', token: 'a-token' },
      header: 'webhook-id',
      databaseUrl: stack.databaseUrl,
      folder: await stack.temporaryFolder(),
    }),
  'issue-commenter': async () => commentEffects(stack.databaseUrl, await stack.temporaryFolder()),
  'reviewer-mentions': async () => mentionEffects(stack.databaseUrl, await stack.temporaryFolder()),
  sender: async () => ({ env: {}, effects: async () => [...sent] }),
}

/** Runs a worker until it has handled all there is, and stops it. */
const runToTheEnd = async (consumer: Consumer, { env = {}, settled }: Partial<EffectHarness> = {}) => {
  const worker = await startWorkerInProcess(stack, consumer, env)
  await untilAllIsHandled(consumer)
  await settled?.()
  await worker.stop()
}

const untilAllIsHandled = async ({ name, events }: Consumer) => {
  const offsets = await openOffsets(stack.kafka)
  const topics = events.map(stack.names.topic)
  await eventually(async () => {
    const committed = new Map(
      (await offsets.committed(stack.names.group(name), topics)).map((commit) => [
        partitionName(commit),
        commit.offset,
      ]),
    )
    for (const end of await offsets.ends(topics))
      assert.equal(committed.get(partitionName(end)), end.high, partitionName(end))
  }).finally(() => offsets.close())
}

for (const consumer of workers) {
  const skip = consumer.name === 'ldap-sync' && !hasSlapd() && 'slapd is not installed'
  test(`${consumer.name}: each event twice, and again after a restart, has one effect`, {
    skip,
  }, async () => {
    const harness = harnesses[consumer.name]
    assert.ok(harness, `say in this file how to see what ${consumer.name} does`)
    const mine = samples.filter(({ event }) => (consumer.events as readonly EventType[]).includes(event))
    const prepared = await harness(mine.map(({ id }) => id))
    const { effects, least = mine.length / 2 } = prepared

    // The samples are older than the first start of a worker that begins now.
    await stack.rewind(consumer.name)
    await runToTheEnd(consumer, prepared)
    const once = await effects()
    assert.ok(once.length >= least, `${once.length} effects of ${mine.length} events`)
    assert.deepEqual(once.toSorted(), [...new Set(once)].toSorted())

    await stack.rewind(consumer.name)
    await runToTheEnd(consumer, prepared)
    assert.deepEqual((await effects()).toSorted(), once.toSorted())
  })
}

test('a record that the runtime has seen before counts as skipped', async (t) => {
  await stack.rewind('sender')
  const worker = await startWorkerInProcess(stack, sender)
  t.after(worker.stop)
  await untilAllIsHandled(sender)
  assert.equal(await worker.metric('consumer_handled_total{event="push",outcome="processed"}'), 0)
  const pushes = samples.filter(({ event }) => event === 'push').length
  assert.equal(await worker.metric('consumer_handled_total{event="push",outcome="skipped"}'), 2 * pushes)
})

test('a worker that an operator sets back handles its records again', async () => {
  const before = sent.length
  const env = { ...stack.env }
  await setOffsets('sender', { to: 'end' }, env, workers)
  await stack.rewind('sender')
  await runToTheEnd(sender)
  assert.equal(sent.length, before, 'leaving records out forgets nothing')

  const pushes = samples.filter(({ event }) => event === 'push').length
  await setOffsets('sender', { to: 'beginning', topic: stack.names.topic('push') }, env, workers)
  await runToTheEnd(sender)
  assert.equal(sent.length, before + pushes)

  await rebuild('sender', env, workers)
  await runToTheEnd(sender)
  assert.deepEqual(sent.toSorted(), samples.map(({ id, event }) => `${event} ${id}`).toSorted())
})

test('a kill -9 repeats at most the records that were being handled', async () => {
  const [records, kills, partitions] = [900, 2, 3]
  const file = join(await stack.temporaryFolder(), 'effects')
  const ids = await publishPushes(stack, records, { prefix: 'killed' })
  const effects = () =>
    effectsIn(file)
      .map(({ id }) => id)
      .filter((id) => id.startsWith('killed-'))
  const start = () =>
    startWorkerProcess('killed', file, {
      ...stack.env,
      TEST_WORKER_DELAY_MS: '3',
      TEST_WORKER_SKIPPED_FOR_DAYS: '1',
    })
  for (let kill = 1; kill <= kills; kill++) {
    const process = await start()
    await process.eventually(() => assert.ok(effects().length >= (kill * records) / (kills + 1)))
    process.kill('SIGKILL')
    await process.exited
  }
  const last = await start()
  await last.eventually(() => assert.equal(new Set(effects()).size, records))
  last.kill('SIGTERM')
  await last.exited
  assert.deepEqual(new Set(effects()), new Set(ids))
  const repeated = effects().length - records
  assert.ok(repeated <= kills * partitions, `${repeated} effects were repeated`)
})
