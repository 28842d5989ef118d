import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeadLetter } from '../../../cli/dead-letters/dead-letter.ts'
import type { DeadLetterGroup } from '../../../cli/dead-letters/list-dead-letters.ts'
import type { PushLine } from '../../../consumers/push-author-log/push-line.ts'
import { deadLetterHeaders } from '../../../consumers/runtime/dead-letters/dead-letter-headers.ts'
import { PermanentError } from '../../../lib/errors.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { linesOfDays } from '../../helpers/records/day-files.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { countOn, messagesOn } from '../../helpers/records/records.ts'
import { sorted } from '../../helpers/records/sorted.ts'
import { openStack } from '../../helpers/servers/stack.ts'

const stack = await openStack('dead-letters')
await stack.setUp()
const folder = await stack.temporaryFolder()
const retryTopic = stack.names.retryTopic('push-author-log')
const deadLetterTopic = stack.names.deadLetterTopic('push-author-log')

const errors = [
  new Error('no user 17'),
  new TypeError('x is undefined'),
  new PermanentError('the ref "main" is too long'),
]

/** Puts aside what lies on the push topic, as the worker does. */
const bury = async () => {
  const pushes = await messagesOn(stack, stack.names.topic('push'))
  const producer = stack.kafka.producer()
  await producer.connect()
  const messages = pushes.map(({ topic, partition, offset, timestamp, key, value, headers }, index) => {
    const message = {
      topic,
      partition,
      offset: String(offset),
      timestamp: String(timestamp),
      key: Buffer.from(key ?? ''),
      value,
      headers,
    }
    const reason = deadLetterHeaders(message, 'push', errors[index % 3], 2)
    return { key: `${topic}/${partition}/${offset}`, value, headers: { ...headers, ...reason }, partition: 0 }
  })
  for (let start = 0; start < messages.length; start += 250)
    await producer.send({ topic: deadLetterTopic, messages: messages.slice(start, start + 250) })
  await producer.disconnect()
}

const bridge = async <Row>(...args: string[]): Promise<Row[]> => {
  const process = await stack.start(args)
  const { code } = await process.exited
  assert.equal(code, 0, process.lines.join('\n'))
  return process.lines.map((line) => JSON.parse(line) as Row)
}

const list = () => bridge<DeadLetterGroup>('dead-letters', 'list', 'push-author-log', '--json')

const linesWritten = () => linesOfDays(folder).map((line) => (JSON.parse(line) as PushLine).delivery_id)

test('a thousand dead letters are redriven once although the first run is killed half-way', async () => {
  const ids = await publishPushes(stack, 1000)
  await bury()
  // From now on this worker is to see these pushes through its retry topic only.
  await bridge('offsets', 'set', 'push-author-log', '--to', 'end', '--json')

  const groups = await list()
  assert.deepEqual(
    groups.map(({ error, count, events }) => [error, count, events]),
    [
      ['Error', 334, ['push']],
      ['TypeError', 333, ['push']],
      ['PermanentError', 333, ['push']],
    ],
  )

  const rehearsed = await bridge<{ result: string; detail: string }>(
    'dead-letters',
    'redrive',
    'push-author-log',
    '--all',
    '--dry-run',
    '--json',
  )
  assert.equal(rehearsed.length, 1000)
  assert.match(String(rehearsed[0]?.detail), /^would write to \d{4}-\d\d-\d\d\.ndjson$/)
  assert.ok(rehearsed.every(({ result }) => result === 'would_redrive'))
  assert.equal(await countOn(stack, retryTopic), 0)

  const auditLog = await stack.startReady(['consumer', 'audit-log'])
  const audited = async () => {
    const text = await (await fetch(auditLog.metricsUrl)).text()
    const counts = text.matchAll(/^gitlab_bridge_consumer_handled_total\{event="push".* (\d+)$/gm)
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
  }
  await eventually(async () => assert.equal(await audited(), 1000))
  const pushLog = await stack.startReady(['consumer', 'push-author-log'], { PUSH_AUTHOR_LOG_DIR: folder })
  const first = await stack.start([
    'dead-letters',
    'redrive',
    'push-author-log',
    '--all',
    '--per-second',
    '200',
  ])
  await eventually(async () => assert.ok((await countOn(stack, retryTopic)) >= 300))
  first.kill('SIGKILL')
  await first.exited
  const sent = await countOn(stack, retryTopic)
  assert.ok(sent < 1000, `${sent} sent before the kill`)

  const again = await bridge<{ result: string }>(
    'dead-letters',
    'redrive',
    'push-author-log',
    '--all',
    '--per-second',
    '2000',
    '--json',
  )
  assert.deepEqual(await list(), [])
  assert.equal(await countOn(stack, retryTopic), 1000)
  assert.equal(again.filter(({ result }) => result === 'redriven').length, 1000 - sent)
  await eventually(() => assert.equal(linesWritten().length, 1000))
  assert.deepEqual(sorted(linesWritten()), sorted(ids))

  assert.equal(await audited(), 1000, 'another worker does not see what is redriven')
  await Promise.all([auditLog.stop(10_000), pushLog.stop(10_000)])
})

test('a copy that was sent before the kill is not sent again, unless it fails once more', async () => {
  await publishPushes(stack, 1, { prefix: 'half', projects: 1 })
  await bury()
  const [left] = (
    await bridge<DeadLetter & { headers: Record<string, string> }>(
      'dead-letters',
      'show',
      'push-author-log',
      '--json',
    )
  ).slice(-1)
  assert.ok(left)
  const { dead_letter, offset } = left
  const producer = stack.kafka.producer()
  await producer.connect()
  await producer.send({
    topic: retryTopic,
    messages: [{ value: 'sent by the run that died', headers: { 'redrive-of': `${dead_letter}@${offset}` } }],
  })
  await producer.disconnect()

  const redrive = () =>
    bridge<{ result: string }>('dead-letters', 'redrive', 'push-author-log', dead_letter, '--json')
  assert.deepEqual(await redrive(), [{ dead_letter, result: 'was_redriven' }])
  assert.equal(await countOn(stack, retryTopic), 1001)
  const again = await stack.start(['dead-letters', 'redrive', 'push-author-log', dead_letter])
  assert.equal((await again.exited).code, 1)
  assert.deepEqual(again.lines, ['No dead letter matches the selection.'])
  await bury()
  assert.deepEqual(await redrive(), [{ dead_letter, result: 'redriven' }])
})

test('every redrive and every discard is logged with its operator and its reason', async () => {
  const discarded = await bridge<{ result: string }>(
    'dead-letters',
    'discard',
    'push-author-log',
    '--all',
    '--reason',
    'a test',
    '--json',
  )
  assert.equal(discarded.length, 1000)
  assert.deepEqual(await list(), [])
  const operations = (await messagesOn(stack, stack.names.operationsTopic))
    .map(({ value }) => JSON.parse(String(value)) as Record<string, unknown>)
    .filter(({ lock }) => lock === undefined)
  const redriven = new Set(
    operations.filter(({ operation }) => operation === 'redrive').map(({ dead_letter }) => dead_letter),
  )
  assert.ok(redriven.size >= 1000, `${redriven.size} redriven`)
  const last = operations.at(-1)
  assert.deepEqual(
    [last?.operation, last?.worker, last?.reason, last?.event],
    ['discard', 'push-author-log', 'a test', 'push'],
  )
  assert.ok(last?.operator && last.host && last.at)
})

test('a dead letter that was redriven too often is held back', async () => {
  await bury()
  const results = await bridge<{ result: string }>(
    'dead-letters',
    'redrive',
    'push-author-log',
    '--project',
    '1',
    '--max-redrives',
    '0',
    '--json',
  )
  assert.ok(results.length > 100 && results.every(({ result }) => result === 'held_back'))
})

test('a command that changes dead letters must be told which ones', async () => {
  const process = await stack.start(['dead-letters', 'redrive', 'push-author-log'])
  assert.equal((await process.exited).code, 1)
  assert.match(process.lines.join('\n'), /^No dead letters are selected\. Give keys, --event/m)
})
