import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { createMember } from '../../../consumers/member.ts'
import { readVariables } from '../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../lib/kafka.ts'
import { recordingLogger } from '../../helpers/recording-logger.ts'
import { openWorkerStack, publishPushes, pushConsumer, sorted, startHere, untilCount } from './worker-under-test.ts'

const begun: string[] = []
const slow = pushConsumer('slow', async ({ delivery }, { signal }) => {
  begun.push(delivery.id)
  if (delivery.id !== 'd-0' || begun.length > 1) return
  await once(signal, 'abort')
  throw new Error('released')
})
const paired = pushConsumer('paired', async () => undefined)
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

test('two workers share partitions by number, the same ones of every topic', async (t) => {
  const first = await startHere(stack, paired)
  t.after(first.stop)
  const second = await startHere(stack, paired)
  t.after(second.stop)
  const admin = stack.kafka.admin()
  await admin.connect()
  const { groups } = await admin.describeGroups([stack.names.group('paired')])
  await admin.disconnect()
  assert.deepEqual(
    groups.map(({ protocol, members }) => [protocol, members.length]),
    [['gitlab-bridge-co-partition', 2]],
  )
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
    partitionBytes: 1024 * 1024,
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
