import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, nextMovement } from '../../../../cli/lag-meter/verdict.ts'

const now = 1_000_000
const still = nextMovement(undefined, 5, 5, now - 130_000)
const moving = nextMovement(undefined, 5, 5, now)
const judged = (over: Partial<Parameters<typeof judge>[0]>) =>
  judge({
    isMissing: false,
    members: 1,
    waiting: [{ movement: moving, oldest: now - 90_000 }],
    stallMs: 120_000,
    now,
    ...over,
  })

test('the verdict depends on processes, on progress, and on the age of the oldest record', () => {
  const cases = [
    [judged({ waiting: [] }), 'ok'],
    [judged({ waiting: [{ movement: moving, oldest: now - 59_000 }] }), 'ok'],
    [judged({}), 'behind'],
    [judged({ waiting: [{ movement: still, oldest: now - 130_000 }] }), 'stalled'],
    // The group has been idle for longer than the record has been waiting.
    [judged({ waiting: [{ movement: still, oldest: now - 90_000 }] }), 'behind'],
    [judged({ members: 0, waiting: [] }), 'stopped'],
    [judged({ members: 0 }), 'stopped'],
    [judged({ isMissing: true, members: 0 }), 'missing'],
  ] as const
  for (const [verdict, wanted] of cases) assert.equal(verdict, wanted)
})

test('one partition without progress makes a group stalled, even if the others make progress', () => {
  const stands = { movement: still, oldest: now - 130_000 }
  const moves = { movement: moving, oldest: now - 130_000 }
  assert.equal(judged({ waiting: [moves, stands, moves] }), 'stalled')
  assert.equal(judged({ waiting: [moves, { movement: still, oldest: now - 1 }] }), 'behind')
})

test('a group that went back is rewound until it has reached its old offset again', () => {
  const verdictOf = (movement: ReturnType<typeof nextMovement>) =>
    judged({ waiting: [{ movement, oldest: now - 90_000 }] })
  const before = nextMovement(undefined, 50, 0, 1)
  const back = nextMovement(before, 10, 40, 2)
  const onTheWay = nextMovement(back, 30, 30, 3)
  const backAgain = nextMovement(onTheWay, 20, 40, 4)
  const almost = nextMovement(backAgain, 49, 60, 5)
  const there = nextMovement(almost, 50, 60, 6) // more records have arrived: it may never be caught up
  const past = nextMovement(there, 51, 60, 7)
  assert.deepEqual([back, onTheWay, backAgain, almost, there, past].map(verdictOf), [
    ...Array(4).fill('rewound'),
    ...Array(2).fill('behind'),
  ])
  const shorter = nextMovement(back, 12, 0, 3) // a topic that was created again ends before the old offset
  assert.equal(nextMovement(shorter, 12, 1, 4).rewoundFrom, undefined)
})

test('the time without progress counts from the last progress, or from when the group was caught up', () => {
  const first = nextMovement(undefined, 5, 0, 1)
  const idle = nextMovement(first, 5, 0, 2)
  const waiting = nextMovement(idle, 5, 3, 3)
  const step = nextMovement(waiting, 6, 2, 4)
  assert.deepEqual([idle.at, waiting.at, step.at], [2, 2, 4])
})
