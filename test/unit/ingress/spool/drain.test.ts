import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deliver } from '../../../../ingress/deliver.ts'
import type { Hook } from '../../../../ingress/hook.ts'
import { TopicUnavailableError } from '../../../../ingress/publish/topic-unavailable-error.ts'
import { startDrain } from '../../../../ingress/spool/drain.ts'
import { openSpool } from '../../../../ingress/spool/spool.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { spoolLimits } from '../../../helpers/faults/spool-limits.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { waitUntil } from '../../../helpers/process/wait-until.ts'

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

/** A drain whose hooks are carried by a script: by id, what becomes of the first, second, … attempt; afterwards it succeeds. */
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
  const carried: string[] = []
  const deadlines = new Set<number | null>()
  const moved: [string, string[]][] = []
  let failing = moveFailures
  const moveTo = async (waitsFor: string, hooks: readonly Hook[]) => {
    if (failing-- > 0) throw new RetriableError('the disk is full')
    moved.push([waitsFor, hooks.map(({ id }) => id)])
  }
  const deliver: Deliver = async (hook, deadlineMs) => {
    attempts.push(hook.id)
    deadlines.add(deadlineMs)
    const next = script[hook.id]?.shift()
    if (next instanceof Error) throw next
    await next
    carried.push(hook.id)
    return kept(hook)
  }
  const drain = startDrain({ spool, ...(topic !== undefined && { topic }), deliver, moveTo, logger })
  return { disk, spool, attempts, carried, deadlines, moved, lines, drain }
}

test('hooks are carried oldest first, without a deadline, and leave the spool', async () => {
  const { spool, carried, deadlines, disk, drain } = await draining({}, ['a', 'b', 'c'])
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual([carried, [...deadlines]], [['a', 'b', 'c'], [null]])
  await waitUntil(() => disk.segments.size === 0)
  await drain.stop()
})

test('hooks that come while it runs are carried too', async () => {
  const { spool, carried, drain } = await draining({}, ['a'])
  await waitUntil(() => spool.state.records === 0)
  await spool.append(hookOf('b'))
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(carried, ['a', 'b'])
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

test('an outage is waited for, however long; nothing is set aside', async () => {
  const outage = Array.from({ length: 5 }, () => new RetriableError('the brokers are away'))
  const { spool, attempts, disk, drain } = await draining({ a: outage }, ['a'])
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual([attempts.length, disk.aside.size], [6, 0])
  await drain.stop()
})

test('what the brokers refuse for good is set aside at once and does not hold up the others', async () => {
  const { spool, carried, attempts, disk, drain } = await draining({ b: [new PermanentError('too large')] }, [
    'a',
    'b',
    'c',
  ])
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual([carried, attempts.length, [...disk.aside.keys()]], [['a', 'c'], 3, ['b-1.bin']])
  await drain.stop()
})

test('a bug of ours in carrying a hook is tried a few times, then the hook is set aside', async () => {
  const bug = Array.from({ length: 10 }, () => new TypeError('undefined is not a function'))
  const { spool, carried, attempts, disk, drain } = await draining({ a: bug }, ['a', 'b'])
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual([carried, attempts.filter((id) => id === 'a').length, disk.aside.size], [['b'], 4, 1])
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

test('a disk that cannot be read, noted on or deleted from for a while does not end it', async () => {
  const { spool, disk, carried, drain } = await draining({}, [])
  disk.fail('read', 'EIO', 2)
  disk.fail('writeNote', 'ENOSPC', 1)
  disk.fail('remove', 'EIO', 1)
  await spool.append(hookOf('a'))
  await waitUntil(() => spool.state.records === 0)
  await spool.append(hookOf('b'))
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(carried, ['a', 'b'])
  await drain.stop()
})

test('hooks whose topic takes nothing go where they wait for it alone, together and in order, and hold up no other', async () => {
  const later = new Promise((_, reject) => setImmediate(reject, noPush()))
  const { spool, carried, attempts, moved, disk, drain } = await draining({ b: [later], d: [noPush()] }, [
    'a',
    'b',
    'c',
    'd',
    'e',
  ])
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(moved, [['gitlab.push', ['b', 'd']]], 'though d was turned away first')
  assert.deepEqual([carried, attempts.length, disk.aside.size], [['a', 'c', 'e'], 5, 0])
  await drain.stop()
})

test('hooks that cannot be put where they wait for their topic stay, and come again in order', async () => {
  const { spool, carried, moved, drain } = await draining(
    { b: Array(9).fill(noPush()), d: Array(9).fill(noPush()) },
    ['a', 'b', 'c', 'd'],
    {
      moveFailures: 2,
    },
  )
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(
    [carried, moved.flatMap(([, ids]) => ids)],
    [
      ['a', 'c'],
      ['b', 'd'],
    ],
  )
  await drain.stop()
})

test('hooks that wait for a topic stay in its spool; the first finds out when it works again, and the others follow', async () => {
  const { spool, carried, attempts, moved, drain } = await draining(
    { a: [noPush(), noPush(), noPush()], b: [noPush()] },
    ['a', 'b', 'c'],
    {
      topic: 'gitlab.push',
    },
  )
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(attempts, ['a', 'b', 'c', 'a', 'a', 'a', 'b'])
  assert.deepEqual([carried, moved], [['c', 'a', 'b'], []])
  await drain.stop()
})

test('a hook that waited for one topic may have to wait for another', async () => {
  const noJob = new TopicUnavailableError('gitlab.job', 'gone')
  const { spool, carried, moved, drain } = await draining({ a: [noJob] }, ['a', 'b'], {
    topic: 'gitlab.push',
  })
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual([carried, moved], [['b'], [['gitlab.job', ['a']]]])
  await drain.stop()
})

test('stopping lets go of what is not acknowledged: it is still in the spool', async () => {
  const outage = Array.from({ length: 100 }, () => new RetriableError('the brokers are away'))
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
