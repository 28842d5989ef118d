import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSpoolTally, type SpoolState, type SpoolTally } from '../../../../ingress/spool/spool-state.ts'

const fresh: SpoolState = {
  records: 0,
  moving: 0,
  bytes: 0,
  passedBytes: 0,
  oldestReceivedAt: null,
  setAside: 0,
  lastFailure: null,
}
const size = (records: number, bytes = records * 10) => ({ records, bytes })

interface Transition {
  what: string
  /** What has happened before. */
  given?: (tally: SpoolTally) => void
  when: (tally: SpoolTally) => void
  state: Partial<SpoolState>
}

const twoWaiting = (tally: SpoolTally) => {
  tally.countQueued(size(1), 5)
  tally.countQueued(size(1), 9)
}
const full = (tally: SpoolTally) => {
  twoWaiting(tally)
  tally.noteFull()
}
const failed = (tally: SpoolTally) => {
  twoWaiting(tally)
  tally.countNotWritten(size(1), 'EIO')
}

const transitions: readonly Transition[] = [
  { what: 'nothing has happened', when: () => {}, state: {} },
  {
    what: 'hooks of an earlier process are found; their bytes are known already',
    when: (tally) => tally.countFound(3, 7),
    state: { records: 3, oldestReceivedAt: 7 },
  },
  {
    what: 'a piece with damage only is found',
    when: (tally) => tally.countFound(0, undefined),
    state: {},
  },
  {
    what: 'a second piece is found: the oldest hook is in the first',
    given: (tally) => tally.countFound(3, 7),
    when: (tally) => tally.countFound(2, 8),
    state: { records: 5, oldestReceivedAt: 7 },
  },
  {
    what: 'hooks are queued: the first is the oldest',
    when: twoWaiting,
    state: { records: 2, bytes: 20, oldestReceivedAt: 5 },
  },
  {
    what: 'queued hooks are written',
    given: failed,
    when: (tally) => tally.noteWritten(),
    state: { records: 1, bytes: 10, oldestReceivedAt: 5 },
  },
  {
    what: 'a queued hook cannot be written',
    given: twoWaiting,
    when: (tally) => tally.countNotWritten(size(1), 'EIO'),
    state: { records: 1, bytes: 10, oldestReceivedAt: 5, lastFailure: 'EIO' },
  },
  {
    what: 'no queued hook can be written',
    given: twoWaiting,
    when: (tally) => tally.countNotWritten(size(2), 'EIO'),
    state: { lastFailure: 'EIO' },
  },
  {
    what: 'there is no room for a hook',
    given: twoWaiting,
    when: (tally) => tally.noteFull(),
    state: { records: 2, bytes: 20, oldestReceivedAt: 5, lastFailure: 'full' },
  },
  {
    what: 'a hook leaves a full spool: there is room again',
    given: full,
    when: (tally) => tally.countDrained(size(1), 1),
    state: { records: 1, bytes: 10, oldestReceivedAt: 5 },
  },
  {
    what: 'a hook leaves a spool whose last append failed: that says nothing about the disk',
    given: failed,
    when: (tally) => tally.countDrained(size(1), 1),
    state: { lastFailure: 'EIO' },
  },
  {
    what: 'the last hook leaves',
    given: twoWaiting,
    when: (tally) => tally.countDrained(size(2), 2),
    state: {},
  },
  {
    what: 'hooks leave together with damaged bytes between them',
    given: (tally) => {
      twoWaiting(tally)
      tally.countQueued(size(1, 50), 9)
    },
    when: (tally) => tally.countDrained(size(1, 60), 1),
    state: { records: 2, bytes: 10, oldestReceivedAt: 5 },
  },
  {
    what: 'the next hook is the oldest',
    given: twoWaiting,
    when: (tally) => tally.setOldest(9),
    state: { records: 2, bytes: 20, oldestReceivedAt: 9 },
  },
  {
    what: 'nothing is left to read although a counted hook never came',
    given: twoWaiting,
    when: (tally) => tally.noteEmpty(),
    state: {},
  },
  {
    what: 'a part of the first segment has been passed',
    when: (tally) => tally.setPassedBytes(30),
    state: { passedBytes: 30 },
  },
  {
    what: 'two damaged parts are set aside',
    given: (tally) => tally.countSetAside(),
    when: (tally) => tally.countSetAside(),
    state: { setAside: 2 },
  },
]

for (const { what, given, when, state } of transitions)
  test(what, () => {
    const tally = createSpoolTally({ bytes: 0, passedBytes: 0 })
    given?.(tally)
    when(tally)
    assert.deepEqual({ ...tally.state }, { ...fresh, ...state })
  })

test('the sizes that an earlier process left are known from the start', () => {
  const { state } = createSpoolTally({ bytes: 70, passedBytes: 30 })
  assert.deepEqual({ ...state }, { ...fresh, bytes: 70, passedBytes: 30 })
})

test('a newer failure is remembered for half a minute from then on, and being full without a limit', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const tally = createSpoolTally({ bytes: 0, passedBytes: 0 })
  tally.countNotWritten(size(0), 'EIO')
  t.mock.timers.tick(20_000)
  tally.countNotWritten(size(0), 'ENOSPC')
  t.mock.timers.tick(20_000)
  assert.equal(tally.state.lastFailure, 'ENOSPC')
  tally.noteFull()
  t.mock.timers.tick(60_000)
  assert.equal(tally.state.lastFailure, 'full')
})
