import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assignPartitions } from '../../../../../consumers/runtime/group/assigner.ts'

const partitions = new Map([
  ['push', [0, 1, 2, 3, 4, 5]],
  ['job', [0, 1, 2, 3, 4, 5]],
  ['small', [0, 1, 2]],
])

test('the same partition number of every topic goes to the same member', () => {
  assert.deepEqual(
    assignPartitions(['b', 'a'], partitions),
    new Map([
      ['a', { push: [0, 2, 4], job: [0, 2, 4], small: [0, 2] }],
      ['b', { push: [1, 3, 5], job: [1, 3, 5], small: [1] }],
    ]),
  )
})

test('every partition goes to exactly one member, however many members there are', () => {
  for (const count of [1, 2, 3, 5, 7]) {
    const members = Array.from({ length: count }, (_, index) => `member-${index}`)
    const assignments = [...assignPartitions(members, partitions).values()]
    for (const [topic, all] of partitions)
      assert.deepEqual(assignments.flatMap((assignment) => assignment[topic] ?? []).sort(), all)
  }
})
