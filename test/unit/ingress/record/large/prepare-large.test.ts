import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InHand } from '../../../../../ingress/record/large/in-hand.ts'
import type { Job, Result } from '../../../../../ingress/record/large/job.ts'
import type { Ended } from '../../../../../ingress/record/large/limited-child.ts'
import type { PrepareLargeOptions } from '../../../../../ingress/record/large/prepare-large.ts'
import { PermanentError, RetriableError } from '../../../../../lib/errors.ts'
import { seriesValue } from '../../../../helpers/process/series-value.ts'
import { hookOf } from '../../../../helpers/records/deliver.ts'
import { largeBodiesWith } from '../../../../helpers/records/large-bodies.ts'

const received: PrepareLargeOptions = { isSpooled: false, isWanted: () => true, onKey: () => undefined }
const spooled: PrepareLargeOptions = { ...received, isSpooled: true }

const ended: Ended = { kind: 'ended', limit: 'memory', problem: 'it needed more memory' }
const preparedAs = (event: 'push' | 'quarantine'): Result => ({
  kind: 'prepared',
  prepared: {
    event,
    name: null,
    faults: [],
    chunks: [],
    message: {
      topic: `gitlab.${event}`,
      key: '1',
      start: Buffer.alloc(1),
      endsWithBody: false,
      headers: {},
      timestamp: '0',
    },
  },
})

/** A child that gives these results, one after the other, and then the last one again and again. */
const scripted = (...results: (Result | Ended)[]) => {
  const jobs: Job[] = []
  let running = 0
  const child = {
    run: async (job: Job) => {
      jobs.push(job)
      running++
      assert.equal(running, 1, 'two jobs at the same time')
      await new Promise(setImmediate)
      running--
      return results[Math.min(jobs.length, results.length) - 1] ?? assert.fail()
    },
    isReady: () => true,
    stop: () => undefined,
  }
  return { child, jobs }
}

test('bodies are prepared one after the other', async () => {
  const { child } = scripted(preparedAs('push'))
  const { prepare } = largeBodiesWith(child)
  const prepared = await Promise.all(Array.from({ length: 5 }, () => prepare(hookOf('{}'), received)))
  assert.deepEqual(
    prepared.map(({ event }) => event),
    Array(5).fill('push'),
  )
})

test('a body that ended its process goes to quarantine and is counted; it is not parsed again', async () => {
  const { child, jobs } = scripted(ended, preparedAs('quarantine'))
  const { prepare, metrics, lines } = largeBodiesWith(child)
  const hook = hookOf('{}')
  assert.equal((await prepare(hook, received)).event, 'quarantine')
  // The hook comes again from the spool, since its record was not acknowledged.
  assert.equal((await prepare({ ...hook }, spooled)).event, 'quarantine')
  const [first, ...later] = jobs.map(({ cause }) => cause?.reason)
  assert.deepEqual([first, later], [undefined, ['too_complex', 'too_complex']])
  assert.match(String(jobs[1]?.cause?.detail), /needed more memory/)
  assert.equal(await seriesValue(metrics, 'ingress_body_limits_exceeded_total', { limit: 'memory' }), 1)
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [['error', 'a body ended the process in which it was prepared']],
  )
})

test('if even its quarantine record ends the process, the hook fails, and others do not', async () => {
  const { child } = scripted(ended, ended, preparedAs('push'))
  const { prepare } = largeBodiesWith(child)
  await assert.rejects(prepare(hookOf('{}'), spooled), /cannot be made: it needed more memory/)
  assert.equal((await prepare(hookOf('{}'), spooled)).event, 'push')
})

test('a body that nobody waits for any more is not begun', async () => {
  const { child, jobs } = scripted(preparedAs('push'))
  const { prepare } = largeBodiesWith(child)
  let isWanted = true
  const first = prepare(hookOf('{}', {}, { id: 'first' }), received)
  const second = prepare(hookOf('{}', {}, { id: 'second' }), { ...received, isWanted: () => isWanted })
  isWanted = false
  await first
  await assert.rejects(second, RetriableError)
  await prepare(hookOf('{}', {}, { id: 'third' }), received)
  assert.deepEqual(
    jobs.map(({ hook }) => hook.id),
    ['first', 'third'],
  )
})

test('after a stop, the bodies that wait are rejected', async () => {
  const { child } = scripted(preparedAs('push'))
  const { prepare, stop } = largeBodiesWith(child)
  stop()
  await assert.rejects(prepare(hookOf('{}'), spooled), RetriableError)
})

test('a hook of the spool that was in hand at two deaths of the process is refused for good', async () => {
  const { child, jobs } = scripted(preparedAs('push'))
  const steps: string[] = []
  const inHandAfter = (deaths: number): InHand => ({
    begin: async () => {
      steps.push('begin')
      return deaths
    },
    end: async () => void steps.push('end'),
  })
  assert.equal((await largeBodiesWith(child, inHandAfter(1)).prepare(hookOf('{}'), spooled)).event, 'push')
  const { prepare } = largeBodiesWith(child, inHandAfter(2))
  await assert.rejects(prepare(hookOf('{}'), spooled), PermanentError)
  assert.deepEqual([jobs.length, steps], [1, ['begin', 'end', 'begin', 'end']])
  // A hook that is being received is not in the spool, so it cannot end the next process.
  assert.equal((await prepare(hookOf('{}'), received)).event, 'push')
  assert.equal(steps.length, 4)
})
