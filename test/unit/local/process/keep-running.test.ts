import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exit } from '../../../../local/process/child.ts'
import { keepRunning } from '../../../../local/process/keep-running.ts'

const ended = (exit: Partial<Exit> = {}) => ({
  exited: Promise.resolve({ code: null, signal: null, ...exit }),
})
const backOff = { firstMs: 1, longestMs: 4, settledMs: 60_000 }

/** Lets it start again as often as there are runs, then is over. */
const runs = async (
  first: { exited: Promise<Exit> },
  later: (() => Promise<{ exited: Promise<Exit> }>)[],
  settledMs = backOff.settledMs,
) => {
  const over = new AbortController()
  const said: string[] = []
  await keepRunning(first, {
    name: 'kafka',
    startAgain: async () => {
      const next = later.shift()
      if (next !== undefined) return next()
      over.abort()
      return ended()
    },
    say: (line) => said.push(line),
    signal: over.signal,
    backOff: { ...backOff, settledMs },
  })
  return said
}

test('what died is started again, and why it died is said', async () => {
  assert.deepEqual(await runs(ended({ signal: 'SIGKILL' }), []), [
    'kafka was ended by SIGKILL; starting it again in 0.001 s',
  ])
})

test('the wait doubles up to a limit', async () => {
  const crash = async () => ended({ code: 1 })
  const said = await runs(ended({ code: 1 }), [crash, crash, crash])
  assert.deepEqual(
    said,
    ['0.001', '0.002', '0.004', '0.004'].map(
      (seconds) => `kafka ended with code 1; starting it again in ${seconds} s`,
    ),
  )
})

test('the wait starts over once it ran for a while', async () => {
  const crash = async () => ended({ code: 1 })
  const said = await runs(ended({ code: 1 }), [crash], -1)
  assert.deepEqual(
    said.map((line) => line.slice(-7)),
    ['0.001 s', '0.001 s'],
  )
})

test('one that cannot be started is tried again too', async () => {
  const said = await runs(ended({ code: 1 }), [() => Promise.reject(new Error('no answer'))])
  assert.match(said[1] ?? '', /^kafka did not start \(no answer\); starting it again/)
})

test('nothing is started or said once everything is over', async () => {
  const said: string[] = []
  const startAgain = () => assert.fail('started')
  await keepRunning(ended(), {
    name: 'kafka',
    startAgain,
    say: (line) => said.push(line),
    signal: AbortSignal.abort(),
    backOff,
  })
  assert.deepEqual(said, [])
})
