import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, moved } from '../../../../cli/lag-meter/verdict.ts'

const now = 1_000_000
const still = moved(undefined, 5, 5, now - 130_000)
const moving = moved(undefined, 5, 5, now)
const judged = (over: Partial<Parameters<typeof judge>[0]>) =>
  judge({ members: 1, waiting: [{ movement: moving, oldest: now - 90_000 }], stallMs: 120_000, now, ...over })

test('a group is judged by whether it runs, moves, and how old its oldest record is', () => {
  const cases = [
    [judged({ waiting: [] }), 'ok'],
    [judged({ waiting: [{ movement: moving, oldest: now - 59_000 }] }), 'ok'],
    [judged({}), 'behind'],
    [judged({ waiting: [{ movement: still, oldest: now - 130_000 }] }), 'stalled'],
    [judged({ waiting: [{ movement: still, oldest: now - 90_000 }] }), 'behind'], // what came a moment ago does not make it stalled
    [judged({ members: 0, waiting: [] }), 'stopped'],
    [judged({ members: 0 }), 'stopped'],
  ] as const
  for (const [verdict, wanted] of cases) assert.equal(verdict, wanted)
})

test('one partition that stands makes it stalled, however the others move', () => {
  const stands = { movement: still, oldest: now - 130_000 }
  const moves = { movement: moving, oldest: now - 130_000 }
  assert.equal(judged({ waiting: [moves, stands, moves] }), 'stalled')
  assert.equal(judged({ waiting: [moves, { movement: still, oldest: now - 1 }] }), 'behind')
})

test('who went back is rewound until it is where it was', () => {
  const verdictOf = (movement: ReturnType<typeof moved>) =>
    judged({ waiting: [{ movement, oldest: now - 90_000 }] })
  const before = moved(undefined, 50, 0, 1)
  const back = moved(before, 10, 40, 2)
  const onTheWay = moved(back, 30, 30, 3)
  const backAgain = moved(onTheWay, 20, 40, 4)
  const almost = moved(backAgain, 49, 60, 5)
  const there = moved(almost, 50, 60, 6) // more came meanwhile: it may never have nothing to do
  const past = moved(there, 51, 60, 7)
  assert.deepEqual([back, onTheWay, backAgain, almost, there, past].map(verdictOf), [
    ...Array(4).fill('rewound'),
    ...Array(2).fill('behind'),
  ])
  const shorter = moved(back, 12, 0, 3) // a log made anew ends before where it was
  assert.equal(moved(shorter, 12, 1, 4).rewoundFrom, undefined)
})

test('standing still counts from the last step, or from when there was nothing to do', () => {
  const first = moved(undefined, 5, 0, 1)
  const idle = moved(first, 5, 0, 2)
  const waiting = moved(idle, 5, 3, 3)
  const step = moved(waiting, 6, 2, 4)
  assert.deepEqual([idle.at, waiting.at, step.at], [2, 2, 4])
})
