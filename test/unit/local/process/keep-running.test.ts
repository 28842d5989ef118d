import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exit } from '../../../../local/process/child.ts'
import { keepRunning } from '../../../../local/process/keep-running.ts'

const ended = (exit: Partial<Exit> = {}) => ({
  exited: Promise.resolve({ code: null, signal: null, ...exit }),
})
const backoff = { firstMs: 1, maxMs: 4, stableMs: 60_000 }

/** Lets it start again as often as there are runs, then is over. */
const runs = async (
  first: { exited: Promise<Exit> },
  later: (() => Promise<{ exited: Promise<Exit> }>)[],
  stableMs = backoff.stableMs,
) => {
  const over = new AbortController()
  const printed: string[] = []
  await keepRunning(first, {
    name: 'kafka',
    restart: async () => {
      const next = later.shift()
      if (next !== undefined) return next()
      over.abort()
      return ended()
    },
    print: (line) => printed.push(line),
    signal: over.signal,
    backoff: { ...backoff, stableMs },
  })
  return printed
}

test('what ended is started again, and the reason is printed', async () => {
  assert.deepEqual(await runs(ended({ signal: 'SIGKILL' }), []), [
    'kafka was ended by SIGKILL. It will be started again in 0.001 s.',
  ])
})

test('the wait doubles up to a limit', async () => {
  const crash = async () => ended({ code: 1 })
  const printed = await runs(ended({ code: 1 }), [crash, crash, crash])
  assert.deepEqual(
    printed,
    ['0.001', '0.002', '0.004', '0.004'].map(
      (seconds) => `kafka ended with code 1. It will be started again in ${seconds} s.`,
    ),
  )
})

test('after a long run, the wait is the first one again', async () => {
  const crash = async () => ended({ code: 1 })
  const printed = await runs(ended({ code: 1 }), [crash], -1)
  assert.deepEqual(
    printed.map((line) => line.slice(-8)),
    ['0.001 s.', '0.001 s.'],
  )
})

test('if a restart fails, it is tried again', async () => {
  const printed = await runs(ended({ code: 1 }), [() => Promise.reject(new Error('no answer'))])
  assert.match(printed[1] ?? '', /^kafka did not start \(no answer\)\. It will be started again/)
})

test('after the abort, nothing is started or printed', async () => {
  const printed: string[] = []
  const restart = () => assert.fail('started')
  await keepRunning(ended(), {
    name: 'kafka',
    restart,
    print: (line) => printed.push(line),
    signal: AbortSignal.abort(),
    backoff,
  })
  assert.deepEqual(printed, [])
})
