import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, moved } from '../../../../cli/lag/verdict.ts'

const commit = (offset: number | undefined) => [{ topic: 'push', partition: 0, offset, metadata: '' }]
const now = 1_000_000
const judged = (over: Partial<Parameters<typeof judge>[0]>) =>
  judge({ members: 1, records: 5, oldest: now - 90_000, movement: moved(undefined, commit(5), 5, now), stallMs: 120_000, now, ...over })

test('a group is judged by whether it runs, moves, and how old its oldest record is', () => {
  const still = moved(undefined, commit(5), 5, now - 130_000)
  const cases = [
    [judged({ records: 0, oldest: null }), 'ok'],
    [judged({ oldest: now - 59_000 }), 'ok'],
    [judged({}), 'behind'],
    [judged({ movement: still, oldest: now - 130_000 }), 'stalled'],
    [judged({ movement: still }), 'behind'], // what came a moment ago does not make it stalled
    [judged({ members: 0, records: 0, oldest: null }), 'stopped'],
    [judged({ members: 0 }), 'stopped'],
  ] as const
  for (const [verdict, wanted] of cases) assert.equal(verdict, wanted)
})

test('who went back is rewound until it has caught up', () => {
  const before = moved(undefined, commit(50), 0, 1)
  const back = moved(before, commit(10), 40, 2)
  const onTheWay = moved(back, commit(30), 20, 3)
  const caughtUp = moved(onTheWay, commit(50), 0, 4)
  assert.deepEqual(
    [back, onTheWay, caughtUp].map((movement) => judged({ movement })),
    ['rewound', 'rewound', 'behind'],
  )
})

test('standing still counts from the last step, or from when there was nothing to do', () => {
  const first = moved(undefined, commit(5), 0, 1)
  const idle = moved(first, commit(5), 0, 2)
  const waiting = moved(idle, commit(5), 3, 3)
  const step = moved(waiting, commit(6), 2, 4)
  assert.deepEqual([idle.at, waiting.at, step.at], [2, 2, 4])
})
