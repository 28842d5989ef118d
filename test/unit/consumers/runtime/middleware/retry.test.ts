import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Handle } from '../../../../../consumers/runtime/middleware/chain.ts'
import { GroupError } from '../../../../../consumers/runtime/middleware/group-error.ts'
import {
  AttemptsUsedUpError,
  type OnRetry,
  retry,
  retryDelayMs,
} from '../../../../../consumers/runtime/middleware/retry.ts'
import { PermanentError, RetriableError } from '../../../../../lib/errors.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

const now = () => 0
const ignore = () => {}
const failing = (times: number, error: Error) => {
  const calls = { count: 0 }
  const handle: Handle = async (messages) => {
    calls.count += 1
    if (calls.count <= times) throw error
    return messages.map(() => 'processed' as const)
  }
  return { handle, calls }
}

test('a message that fails twice is handled on the third attempt', async () => {
  const { handle, calls } = failing(2, new Error('flaky'))
  assert.deepEqual(await retry(3, now, ignore)(handle)([message()], runContext().context), ['processed'])
  assert.equal(calls.count, 3)
})

test('the failure of the last attempt is thrown', async () => {
  const { handle, calls } = failing(Number.POSITIVE_INFINITY, new Error('broken'))
  await assert.rejects(retry(3, now, ignore)(handle)([message()], runContext().context), /broken/)
  assert.equal(calls.count, 3)
})

test('a hopeless record, an outage and a rebalance are not retried', async () => {
  for (const error of [
    new PermanentError('no such project'),
    new RetriableError('down'),
    new GroupError(new Error('rebalance')),
  ]) {
    const { handle, calls } = failing(1, error)
    await assert.rejects(retry(5, now, ignore)(handle)([message()], runContext().context), error)
    assert.equal(calls.count, 1, error.name)
  }
})

test('several messages that fail together are not retried together', async () => {
  const { handle, calls } = failing(1, new Error('one of them'))
  await assert.rejects(
    retry(5, now, ignore)(handle)([message(), message()], runContext().context),
    /one of them/,
  )
  assert.equal(calls.count, 1)
})

test('failed attempts are committed before the next attempt, in case it kills the process', async () => {
  const { context, remembered } = runContext()
  const seen: number[][] = []
  const handle: Handle = async () => {
    seen.push([...remembered])
    throw new Error('broken')
  }
  await assert.rejects(retry(3, now, ignore)(handle)([message()], context))
  assert.deepEqual(seen, [[], [1], [1, 2]])
})

test('a new process continues to count where the old one died', async () => {
  const { handle, calls } = failing(Number.POSITIVE_INFINITY, new Error('broken'))
  await assert.rejects(retry(5, now, ignore)(handle)([message()], runContext(3).context))
  assert.equal(calls.count, 2)
})

test('a message that has used up its attempts is not tried again: it may kill the process', async () => {
  const { handle, calls } = failing(0, new Error())
  await assert.rejects(retry(5, now, ignore)(handle)([message()], runContext(5).context), AttemptsUsedUpError)
  assert.equal(calls.count, 0)
})

test('each attempt at a suspect message is announced before it begins', async () => {
  const { context, announced } = runContext()
  const seen: number[] = []
  const handle: Handle = async () => {
    seen.push(announced.length)
    throw new Error('broken')
  }
  await assert.rejects(retry(3, now, ignore)(handle)([message()], { ...context, isSuspect: true }))
  assert.deepEqual([seen, new Set(announced)], [[1, 2, 3], new Set(['begun'])])
})

test('the wait depends on the number of failures, and every further attempt is reported', async () => {
  const [counts, reports]: [number[], unknown[]] = [[], []]
  const { handle } = failing(2, new Error('flaky'))
  const delay = (failures: number) => {
    counts.push(failures)
    return 0
  }
  const report: OnRetry = (error, { offset }, failures) =>
    void reports.push([(error as Error).message, offset, failures])
  const [first] = [message()]
  await retry(5, delay, report)(handle)([first], runContext().context)
  assert.deepEqual(counts, [1, 2])
  assert.deepEqual(reports, [
    ['flaky', first.offset, 1],
    ['flaky', first.offset, 2],
  ])
})

test('a worker that stops does not wait for the next attempt', async () => {
  const { context, stop } = runContext()
  const { handle, calls } = failing(1, new Error('flaky'))
  const handling = retry(
    5,
    () => 60_000,
    () => stop.abort(),
  )(handle)([message()], context)
  await assert.rejects(handling, { name: 'AbortError' })
  assert.equal(calls.count, 1)
})

test('heartbeats are sent during the wait, and a refused heartbeat ends it', async () => {
  const { context } = runContext()
  const lost = new GroupError(new Error('expelled'))
  const { handle, calls } = failing(1, new Error('flaky'))
  await assert.rejects(
    retry(5, () => 1, ignore)(handle)([message()], { ...context, heartbeat: () => Promise.reject(lost) }),
    lost,
  )
  assert.equal(calls.count, 1)
})

test('the waits grow from a fifth of a second to ten seconds, and are random', () => {
  for (const [failures, least] of [
    [1, 200],
    [2, 400],
    [5, 3200],
    [7, 10_000],
    [50, 10_000],
  ] as const) {
    const delays = Array.from({ length: 20 }, () => retryDelayMs(failures))
    assert.ok(
      delays.every((delay) => delay >= least && delay <= least * 1.2),
      `${failures}: ${delays}`,
    )
    assert.ok(new Set(delays).size > 1)
  }
})
