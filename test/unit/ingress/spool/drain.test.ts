import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deliver } from '../../../../ingress/deliver.ts'
import type { Hook } from '../../../../ingress/hook.ts'
import { TooLargeError } from '../../../../ingress/record/too-large-error.ts'
import { TopicUnavailableError } from '../../../../ingress/record/topic-unavailable-error.ts'
import { startDrain } from '../../../../ingress/spool/drain.ts'
import { openSpool } from '../../../../ingress/spool/spool.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { spoolLimits } from '../../../helpers/faults/spool-limits.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { waitUntil } from '../../../helpers/process/wait-until.ts'
import { deliverBy } from '../../../helpers/records/fake-deliver.ts'

const hookOf = (id: string): Hook => ({
  id,
  source: 'default',
  receivedAt: 1,
  headers: {},
  body: Buffer.from(id),
})
const kept = (hook: Hook) =>
  ({ kind: 'published', event: 'push', topic: 'gitlab.push', id: hook.id }) as const
const noPush = () => new TopicUnavailableError('gitlab.push', 'gone')

/**
 * A drain whose deliveries follow a script: for each id, how the first, second, … attempt ends. All further
 * attempts succeed.
 */
const draining = async (
  script: Readonly<Record<string, (Error | Promise<unknown>)[]>>,
  ids: readonly string[],
  { topic, moveFailures = 0 }: { topic?: string; moveFailures?: number } = {},
) => {
  const disk = createForgetfulDisk()
  const { logger, lines } = recordingLogger()
  const spool = await openSpool(disk.mount(), spoolLimits(1e6, 1e5), logger)
  await Promise.all(ids.map((id) => spool.append(hookOf(id))))
  const attempts: string[] = []
  const delivered: string[] = []
  const moved: [string, string[]][] = []
  let failing = moveFailures
  const moveTo = async (waitsFor: string, hooks: readonly Hook[]) => {
    if (failing-- > 0) throw new RetriableError('the disk is full')
    moved.push([waitsFor, hooks.map(({ id }) => id)])
  }
  const attempt = deliverBy(async (hook) => {
    attempts.push(hook.id)
    const next = script[hook.id]?.shift()
    if (next instanceof Error) throw next
    await next
    return kept(hook)
  })
  const deliver: Deliver = (hook, options) =>
    attempt(hook, {
      ...options,
      onSettled: (result) => {
        if ('kept' in result) delivered.push(hook.id)
        options.onSettled(result)
      },
    })
  const drain = startDrain({ spool, ...(topic !== undefined && { topic }), deliver, moveTo, logger })
  return { disk, spool, attempts, delivered, moved, lines, drain }
}

test('hooks are delivered oldest first, and then leave the spool', async () => {
  const { spool, delivered, disk, drain } = await draining({}, ['a', 'b', 'c'])
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(delivered, ['a', 'b', 'c'])
  await waitUntil(() => disk.segments.size === 0)
  await drain.stop()
})

test('hooks that arrive while the drain runs are delivered too', async () => {
  const { spool, delivered, drain } = await draining({}, ['a'])
  await waitUntil(() => spool.state.records === 0)
  await spool.append(hookOf('b'))
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(delivered, ['a', 'b'])
  await drain.stop()
})

test('no hook leaves the disk before its acknowledgement', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { spool, disk, drain } = await draining({ b: [promise] }, ['a', 'b'])
  await new Promise((done) => setTimeout(done, 50))
  assert.deepEqual([spool.state.records, disk.segments.size], [2, 1])
  resolve()
  await waitUntil(() => spool.state.records === 0)
  await drain.stop()
})

test('during an outage the drain waits as long as it takes, and sets nothing aside', async () => {
  const outage = Array.from({ length: 5 }, () => new RetriableError('the brokers are down'))
  const { spool, attempts, disk, drain } = await draining({ a: outage }, ['a'])
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual([attempts.length, disk.aside.size], [6, 0])
  await drain.stop()
})

test('a hook that stays too large for its topic is reported once, with what to do', async () => {
  const tooLarge = Array.from({ length: 5 }, () => new TooLargeError('gitlab.quarantine', 900, 100))
  const { spool, lines, disk, drain } = await draining({ a: tooLarge, c: tooLarge.slice(0, 1) }, [
    'a',
    'b',
    'c',
  ])
  await waitUntil(() => spool.state.records === 0)
  await drain.stop()
  const warnings = lines.filter(({ level }) => level === 'warn')
  assert.deepEqual(
    warnings.map(({ fields }) => [fields.topic, fields.delivery_id]),
    [['gitlab.quarantine', 'a']],
    'a limit that was lowered needs nobody',
  )
  assert.match(String(warnings[0]?.fields.todo), /max\.message\.bytes.* of the topic gitlab\.quarantine/)
  assert.equal(disk.aside.size, 0)
})

test('a hook that the brokers refuse permanently is set aside and delays no others', async () => {
  const { spool, delivered, attempts, disk, drain } = await draining(
    { b: [new PermanentError('too large')] },
    ['a', 'b', 'c'],
  )
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual([delivered, attempts.length, [...disk.aside.keys()]], [['a', 'c'], 3, ['b-1.bin']])
  await drain.stop()
})

test('a hook that fails because of a bug is tried a few times and then set aside', async () => {
  const bug = Array.from({ length: 10 }, () => new TypeError('undefined is not a function'))
  const { spool, delivered, attempts, disk, drain } = await draining({ a: bug }, ['a', 'b'])
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual([delivered, attempts.filter((id) => id === 'a').length, disk.aside.size], [['b'], 4, 1])
  await drain.stop()
})

test('a refused hook that cannot be set aside stays in the spool until it can', async () => {
  const refused = Array.from({ length: 3 }, () => new PermanentError('too large'))
  const { spool, disk, drain } = await draining({ a: refused }, [])
  disk.fail('setAside', 'ENOSPC', 2)
  await spool.append(hookOf('a'))
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual([...disk.aside.keys()], ['a-1.bin'])
  await drain.stop()
})

test('a disk that fails for a while does not end the drain', async () => {
  const { spool, disk, delivered, drain } = await draining({}, [])
  disk.fail('read', 'EIO', 2)
  disk.fail('writeNote', 'ENOSPC', 1)
  disk.fail('remove', 'EIO', 1)
  await spool.append(hookOf('a'))
  await waitUntil(() => spool.state.records === 0)
  await spool.append(hookOf('b'))
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(delivered, ['a', 'b'])
  await drain.stop()
})

test('hooks of an unavailable topic move to the spool of the topic, together and in order', async () => {
  const later = new Promise((_, reject) => setImmediate(reject, noPush()))
  const { spool, delivered, attempts, moved, disk, drain } = await draining({ b: [later], d: [noPush()] }, [
    'a',
    'b',
    'c',
    'd',
    'e',
  ])
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(moved, [['gitlab.push', ['b', 'd']]], 'although d failed first')
  assert.deepEqual([delivered, attempts.length, disk.aside.size], [['a', 'c', 'e'], 5, 0])
  await drain.stop()
})

test('hooks that cannot be moved to the spool of their topic are tried again in order', async () => {
  const { spool, delivered, moved, drain } = await draining(
    { b: Array(9).fill(noPush()), d: Array(9).fill(noPush()) },
    ['a', 'b', 'c', 'd'],
    {
      moveFailures: 2,
    },
  )
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(
    [delivered, moved.flatMap(([, ids]) => ids)],
    [
      ['a', 'c'],
      ['b', 'd'],
    ],
  )
  await drain.stop()
})

test('in the spool of a topic, the first hook is tried until it works, and none overtakes it', async () => {
  const { spool, delivered, attempts, moved, drain } = await draining(
    { a: [noPush(), noPush(), noPush()], b: [noPush()] },
    ['a', 'b', 'c'],
    {
      topic: 'gitlab.push',
    },
  )
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(attempts, ['a', 'b', 'c', 'a', 'a', 'a', 'b', 'c'])
  assert.deepEqual([delivered, moved], [['a', 'b', 'c'], []], 'none overtakes the first')
  await drain.stop()
})

test('a hook that waited for one topic may have to wait for another', async () => {
  const noJob = new TopicUnavailableError('gitlab.job', 'gone')
  const { spool, delivered, moved, drain } = await draining({ a: [noJob] }, ['a', 'b'], {
    topic: 'gitlab.push',
  })
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual([delivered, moved], [['b'], [['gitlab.job', ['a']]]])
  await drain.stop()
})

test('after a stop, hooks without an acknowledgement are still in the spool', async () => {
  const outage = Array.from({ length: 100 }, () => new RetriableError('the brokers are down'))
  const { spool, disk, attempts, drain } = await draining({ a: outage }, ['a', 'b'])
  await waitUntil(() => attempts.length > 2)
  await drain.stop()
  assert.equal(spool.state.records, 2)
  disk.crash()
  const again = await openSpool(disk.mount(), spoolLimits(1e6, 1e5), recordingLogger().logger)
  assert.equal(again.state.records, 2)
})

test('stopping an idle drain is immediate', async () => {
  const { drain } = await draining({}, [])
  await drain.stop()
})
