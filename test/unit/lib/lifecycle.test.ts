import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { type Running, runUntilStopped, type Signals } from '../../../lib/lifecycle.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'

const never = new Promise<never>(() => {})
const running = (others: Partial<Running> = {}) => {
  const calls = { stop: 0 }
  return {
    calls,
    running: { failure: never, stop: async () => void calls.stop++, ...others } satisfies Running,
  }
}
const run = (part: Running | Promise<Running>, limitMs = 5000) => {
  const signals = new EventEmitter()
  const { logger, lines } = recordingLogger()
  return { signals, lines, code: runUntilStopped(() => Promise.resolve(part), signals, logger, limitMs) }
}

test('either signal stops in order, with exit code 0', async () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const { running: part, calls } = running()
    const { signals, code } = run(part)
    signals.emit(signal)
    assert.deepEqual([await code, calls.stop], [0, 1], signal)
  }
})

test('only `on` of the process is used, so that a listener stays for every further signal', async () => {
  const listeners = new Map<string, () => void>()
  const signals: Signals = { on: (signal, listener) => listeners.set(signal, listener) }
  const { running: part, calls } = running()
  const code = runUntilStopped(() => Promise.resolve(part), signals, recordingLogger().logger, 5000)
  assert.deepEqual([...listeners.keys()].sort(), ['SIGINT', 'SIGTERM'])
  for (const listener of listeners.values()) listener()
  assert.deepEqual([await code, calls.stop], [0, 1])
})

test('a signal during the start is not fatal: the process stops in order once it has started', async () => {
  const { promise: starting, resolve: start } = Promise.withResolvers<Running>()
  const { running: part, calls } = running()
  const { signals, code } = run(starting)
  assert.ok(signals.emit('SIGTERM'), 'a signal nobody listens to would kill the process')
  await new Promise(setImmediate)
  assert.equal(calls.stop, 0)
  start(part)
  assert.deepEqual([await code, calls.stop], [0, 1])
})

test('a start that fails rejects with its error', async () => {
  await assert.rejects(run(Promise.reject(new Error('no such topic'))).code, /no such topic/)
})

test('after the signal, a start that takes too long or fails leads to exit code 1', async () => {
  const hanging = run(never, 5)
  hanging.signals.emit('SIGTERM')
  const alive = setTimeout(() => {}, 5000)
  assert.equal(await hanging.code, 1)
  clearTimeout(alive)

  const { promise: starting, reject: fail } = Promise.withResolvers<Running>()
  const { signals, code, lines } = run(starting)
  signals.emit('SIGTERM')
  await new Promise(setImmediate)
  fail(new Error('no such topic'))
  assert.equal(await code, 1)
  assert.ok(lines.some(({ level, fields }) => level === 'error' && fields.error === 'no such topic'))
})

test('it runs until a signal arrives', async () => {
  const { running: part, calls } = running()
  const { signals, code } = run(part)
  await new Promise(setImmediate)
  assert.equal(calls.stop, 0)
  signals.emit('SIGTERM')
  await code
})

test('a second signal neither stops it a second time nor kills it', async () => {
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  let stops = 0
  const { signals, code } = run({
    failure: never,
    stop: () => {
      stops++
      return stopped
    },
  })
  signals.emit('SIGINT')
  await new Promise(setImmediate)
  assert.ok(
    signals.emit('SIGINT') && signals.emit('SIGTERM'),
    'a signal nobody listens to would kill the process',
  )
  resolve()
  assert.deepEqual([await code, stops], [0, 1])
})

test('a failure stops it in order too, with exit code 1 and the reason in the log', async () => {
  const { running: part, calls } = running({ failure: Promise.reject(new Error('the group has removed us')) })
  const { code, lines } = run(part)
  assert.deepEqual([await code, calls.stop], [1, 1])
  assert.ok(
    lines.some(({ level, fields }) => level === 'error' && fields.error === 'the group has removed us'),
  )
})

test('if stopping takes too long, the exit code is 1', async () => {
  const { signals, code, lines } = run({ failure: never, stop: () => never }, 5)
  signals.emit('SIGTERM')
  // The timer of the limit does not keep the process alive, so another timer must.
  const alive = setTimeout(() => {}, 5000)
  assert.equal(await code, 1)
  clearTimeout(alive)
  assert.ok(lines.some(({ level, message }) => level === 'error' && /in time/.test(message)))
})

test('if stopping fails, the error is logged and the exit code is 1', async () => {
  const { signals, code, lines } = run({ failure: never, stop: () => Promise.reject(new Error('disk gone')) })
  signals.emit('SIGTERM')
  assert.equal(await code, 1)
  assert.ok(lines.some(({ level, fields }) => level === 'error' && fields.error === 'disk gone'))
})
