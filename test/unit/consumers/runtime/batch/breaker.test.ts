import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import {
  type CircuitState,
  createBreaker,
  outageDelayMs,
} from '../../../../../consumers/runtime/batch/breaker.ts'
import { RetriableError } from '../../../../../lib/errors.ts'

const open = () => {
  const calls: string[] = []
  const waits: number[] = []
  const breaker = createBreaker({
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    onChange: (state, { wait_ms }) => {
      calls.push(state)
      if (wait_ms !== undefined) waits.push(wait_ms)
    },
    waitMs: (failures) => failures * 1000,
  })
  return { breaker, calls, waits }
}

test('an outage opens the circuit; after the wait it is half open, and a success closes it', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const { breaker, calls } = open()
  breaker.trip('push/0', new RetriableError('down'))
  assert.equal(breaker.state(), 'open')
  mock.timers.tick(999)
  assert.equal(breaker.state(), 'open')
  mock.timers.tick(1)
  assert.equal(breaker.state(), 'half_open')
  breaker.succeed('push/0')
  assert.deepEqual(calls, ['pause', 'open', 'half_open', 'resume', 'closed'])
})

test('each further failure waits longer until a success, and the wait of an error comes first', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const { breaker, waits } = open()
  breaker.trip('push/0', new RetriableError('down'))
  mock.timers.tick(1000)
  breaker.succeed('push/1')
  breaker.trip('push/0', new RetriableError('down'))
  mock.timers.tick(2000)
  breaker.succeed('push/0')
  breaker.trip('push/0', new RetriableError('down'))
  mock.timers.tick(1000)
  breaker.trip('push/0', new RetriableError('busy', { retryAfterMs: 77_000 }))
  assert.deepEqual(waits, [1000, 2000, 1000, 77_000])
})

test('an error that asks for no wait waits as after the first failure', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const { breaker, waits } = open()
  breaker.trip('push/0', new RetriableError('busy', { retryAfterMs: 0 }))
  assert.deepEqual(waits, [1000])
})

test('failures of other partitions do not prolong the wait while the circuit is open', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const { breaker, waits } = open()
  breaker.trip('push/0', new RetriableError('down'))
  breaker.trip('push/1', new RetriableError('down'))
  breaker.succeed('push/2')
  assert.deepEqual([breaker.state(), waits], ['open', [1000]])
  mock.timers.tick(1000)
  assert.equal(breaker.state(), 'half_open')
})

test('the waits grow from one second to half a minute', () => {
  for (const [failures, least, most] of [
    [1, 1000, 1200],
    [3, 4000, 4800],
    [20, 30_000, 36_000],
  ] as const) {
    const wait = outageDelayMs(failures)
    assert.ok(wait >= least && wait <= most, `${failures}: ${wait}`)
  }
})

type BreakerEvent = 'trip' | 'wait ends' | 'succeed'

const transitions: readonly [CircuitState, BreakerEvent, CircuitState, string[]][] = [
  ['closed', 'trip', 'open', ['pause', 'open']],
  ['closed', 'succeed', 'closed', []],
  ['open', 'trip', 'open', ['pause']],
  ['open', 'succeed', 'open', []],
  ['open', 'wait ends', 'half_open', ['half_open', 'resume']],
  ['half_open', 'trip', 'open', ['pause', 'open']],
  ['half_open', 'succeed', 'closed', ['closed']],
]

for (const [from, event, to, expected] of transitions) {
  test(`a circuit that is ${from} is ${to} after the event "${event}"`, (t) => {
    mock.timers.enable({ apis: ['setTimeout'] })
    t.after(() => mock.timers.reset())
    const { breaker, calls } = open()
    const happen = {
      trip: () => breaker.trip('push/0', new RetriableError('down')),
      'wait ends': () => mock.timers.tick(10_000),
      succeed: () => breaker.succeed('push/0'),
    }
    if (from !== 'closed') happen.trip()
    if (from === 'half_open') happen['wait ends']()
    assert.equal(breaker.state(), from)
    calls.length = 0
    happen[event]()
    assert.deepEqual([breaker.state(), calls], [to, expected])
  })
}
