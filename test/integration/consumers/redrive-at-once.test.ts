import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discardDeadLetters } from '../../../cli/dead-letters/discard.ts'
import { redriveDeadLetters } from '../../../cli/dead-letters/redrive.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { countOn } from '../../helpers/records/records.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const worker = pushConsumer('waiting', async () => undefined)
const stack = await openWorkerStack('redrive-at-once', [worker])
const deadLetterTopic = stack.names.deadLetterTopic('waiting')
const retryTopic = stack.names.retryTopic('waiting')

/** Dead letters that no worker wrote. */
const bury = async (keys: readonly string[], headers: Record<string, string>) => {
  const producer = stack.kafka.producer()
  await producer.connect()
  await producer.send({
    topic: deadLetterTopic,
    messages: keys.map((key) => ({ key, value: 'record', headers })),
  })
  await producer.disconnect()
}
const headers = { 'dead-letter-event': 'push', 'dead-letter-at': new Date().toISOString() }
const keysOf = (count: number) => Array.from({ length: count }, (_, index) => `gitlab.push/0/${index}`)

const all = { keys: [], all: true } as const
const redrive = () => Array.fromAsync(redriveDeadLetters('waiting', all, stack.env, [worker]))

test('of two redrives at once one is told that the other runs, and nothing is sent twice', async () => {
  await bury(keysOf(150), headers)
  const runs = await Promise.allSettled([redrive(), redrive()])
  const [refused, ...others] = runs.filter((run) => run.status === 'rejected')
  assert.match(String(refused?.reason), /^UsageError: Another redrive or discard of waiting is running: /)
  assert.deepEqual(others, [])
  assert.equal(await countOn(stack, retryTopic), 150)
})

test('a discard does not run beside a redrive, and runs after it', async () => {
  await bury(keysOf(120), headers)
  const redriving = redriveDeadLetters('waiting', { ...all, perSecond: 100 }, stack.env, [worker])
  await redriving.next()
  const discard = () => Array.fromAsync(discardDeadLetters('waiting', all, stack.env, [worker]))
  await assert.rejects(discard(), { name: 'UsageError', message: /^Another redrive or discard of waiting/ })
  assert.equal((await Array.fromAsync(redriving)).length, 119)
  assert.deepEqual(await discard(), [])
})

test('a dead letter whose headers cannot be read is redriven all the same', async () => {
  const before = await countOn(stack, retryTopic)
  await bury(['gitlab.push/0/1', 'nonsense'], {
    ...headers,
    'redrive-count': 'often',
    'dead-letter-at': 'never',
  })
  assert.deepEqual(
    (await redrive()).map(({ result }) => result),
    ['redriven', 'redriven'],
  )
  assert.equal(await countOn(stack, retryTopic), before + 2)
})

test('a redrive, a discard and a show that match nothing do not end with success', async () => {
  for (const command of ['redrive', 'discard', 'show']) {
    const selection = ['--project', '4711', ...(command === 'show' ? [] : ['--dry-run'])]
    const { exited, lines } = await stack.start(['dead-letters', command, 'audit-log', ...selection])
    assert.equal((await exited).code, 1)
    assert.match(lines.join('\n'), /There is no topic|No dead letter matches the selection/)
  }
})
