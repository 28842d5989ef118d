import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Position, startingPosition } from '../../../../../consumers/runtime/positions/position.ts'

const cases: readonly { metadata: string; title: string; position: Omit<Position, 'next'> }[] = [
  {
    metadata: '',
    title: 'nothing was committed with it',
    position: { failed: 0, begun: 0, state: 'new' },
  },
  {
    metadata: 'metadata of another program',
    title: 'another program committed it',
    position: { failed: 0, begun: 0, state: 'new' },
  },
  {
    metadata: 'failed attempts: 0',
    title: 'no attempt failed',
    position: { failed: 0, begun: 0, state: 'new' },
  },
  {
    metadata: 'failed attempts: 3',
    title: 'attempts failed',
    position: { failed: 3, begun: 0, state: 'suspect' },
  },
  {
    metadata: 'failed attempts: 0, begun: 1',
    title: 'one attempt has no known end: it is forgiven',
    position: { failed: 0, begun: 1, state: 'suspect' },
  },
  {
    metadata: 'failed attempts: 0, begun: 2',
    title: 'two attempts have no known end: one of them failed',
    position: { failed: 1, begun: 1, state: 'suspect' },
  },
  {
    metadata: 'failed attempts: 2, begun: 4',
    title: 'attempts failed and others have no known end',
    position: { failed: 5, begun: 1, state: 'suspect' },
  },
]

for (const { metadata, title, position } of cases) {
  test(`a position after a start, when ${title}`, () => {
    assert.deepEqual(startingPosition({ offset: 7, metadata }), { next: 7, ...position })
  })
}

test('without a committed offset a position is at the beginning', () => {
  assert.equal(startingPosition({ offset: undefined, metadata: '' }).next, 0)
})
