import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Consumer } from '../../../consumers/consumer.ts'
import { createMember } from '../../../consumers/member.ts'
import { readVariables } from '../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../lib/kafka.ts'
import { recordingLogger } from '../../helpers/recording-logger.ts'
import { eventually } from '../../helpers/stack.ts'
import { type EffectsProcess, effectsIn, startEffects } from './start-effects.ts'
import { openWorkerStack, publishPushes, pushConsumer, sorted, startHere, untilCount } from './worker-under-test.ts'

const begun: string[] = []
const slow = pushConsumer('slow', async ({ delivery }, { signal }) => {
  begun.push(delivery.id)
  if (delivery.id !== 'd-0' || begun.length > 1) return
  await once(signal, 'abort')
  throw new Error('released')
})
const paired = { ...pushConsumer('paired', async () => undefined), events: ['push', 'tag_push'] } as unknown as Consumer
const stack = await openWorkerStack('member', [slow, paired])
await publishPushes(stack, 3, { projects: 1 })

test('a worker that is stopped in the middle of a long handling releases it within 10 s, and the record comes again', async () => {
  const worker = await startHere(stack, slow, { CONSUMER_TIMEOUT_SECONDS: '60' })
  await untilCount(begun, 1)
  const before = performance.now()
  await worker.stop()
  assert.ok(performance.now() - before < 10_000)
  assert.equal(worker.lines.filter(({ level }) => level === 'error').length, 0)
  const again = await startHere(stack, slow)
  await untilCount(begun, 4)
  await again.stop()
  assert.deepEqual(begun, ['d-0', 'd-0', 'd-1', 'd-2'])
})

test('a new client in place of one that does not move brings what the old one did not', async () => {
  const { logger } = recordingLogger()
  const offsets: string[] = []
  let joins = 0
  const member = createMember({
    kafka: createKafka(readVariables(kafkaVariables, stack.env), 'test', logger),
    group: `${stack.names.group('member')}`,
    topics: [stack.names.topic('push')],
    eachBatch: async ({ batch, resolveOffset }) => {
      if (joins === 1) return
      for (const { offset } of batch.messages) {
        offsets.push(offset)
        resolveOffset(offset)
      }
    },
    fetchSizes: { maxBytes: 4 << 20, maxBytesPerPartition: 1 << 20 },
    concurrency: 1,
    sessionSeconds: 6,
    onJoin: async () => {
      joins += 1
    },
    fail: assert.fail,
  })
  await member.start()
  await member.rebuild()
  await untilCount(offsets, 3)
  await member.stop()
  assert.deepEqual(sorted(offsets), ['0', '1', '2'])
  assert.ok(Date.now() - member.lastTurn() < 5000)
})

test('of both topics a project’s events meet in one process, also when processes come and go', async (t) => {
  const folder = await stack.temporaryFolder()
  const running = new Map<string, EffectsProcess>()
  t.after(() => Promise.all([...running.values()].map((process) => process.stop(10_000))))
  const start = async (name: string) => {
    running.set(name, await startEffects('paired', join(folder, name), { ...stack.env, EFFECTS_EVENTS: paired.events.join(',') }))
  }
  const stop = async (name: string) => {
    await running.get(name)?.stop(10_000)
    running.delete(name)
  }
  const membersAreAll = async () => {
    const admin = stack.kafka.admin()
    await admin.connect()
    const { groups } = await admin.describeGroups([stack.names.group('paired')]).finally(() => admin.disconnect())
    assert.deepEqual(
      groups.map(({ state, protocol, members }) => [state, protocol, members.length]),
      [['Stable', 'gitlab-bridge-co-partition', running.size]],
    )
  }
  /** Project → the processes that handled its events of this round. */
  const homesOf = (round: string) => {
    const homes = new Map<number, Set<string>>()
    for (const name of readdirSync(folder))
      for (const { id, project } of effectsIn(join(folder, name)))
        if (id.startsWith(`${round}-`)) homes.set(project, (homes.get(project) ?? new Set()).add(name))
    return homes
  }
  const effectsOf = (round: string) =>
    readdirSync(folder).flatMap((name) => effectsIn(join(folder, name)).filter(({ id }) => id.startsWith(`${round}-`)))

  const play = async (round: string) => {
    await eventually(membersAreAll)
    const ids = [
      ...(await publishPushes(stack, 120, { prefix: `${round}-push`, projects: 12 })),
      ...(await publishPushes(stack, 120, { prefix: `${round}-tag`, projects: 12, event: 'tag_push' })),
    ]
    await eventually(() => assert.deepEqual(sorted(effectsOf(round).map(({ id }) => id)), sorted(ids)))
    const homes = homesOf(round)
    assert.equal(homes.size, 12)
    for (const [project, names] of homes) assert.equal(names.size, 1, `project ${project} of ${round}: ${[...names]}`)
    assert.equal(new Set([...homes.values()].flatMap((names) => [...names])).size, running.size, 'every process has its share')
  }
  await start('one')
  await start('two')
  await play('first')
  await start('three')
  await play('second')
  await stop('one')
  await play('third')
})
