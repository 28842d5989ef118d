import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headOf, isDeletion } from '../../../../../consumers/push-author-log/model/head.ts'
import { reconcileRef } from '../../../../../consumers/push-author-log/model/reconcile.ts'
import { linesOfMoves, pushLine, secondOf, updateLine } from '../../../../helpers/records/push-lines.ts'

const movesOf = (...args: Parameters<typeof reconcileRef>) =>
  reconcileRef(...args)
    .map(({ line: { before, after } }) => `${before} ${after}`)
    .join(', ')
const update = { source_event: 'repository_update' } as const

test('a push that hooks of two sources report three times is one push', () => {
  const lines = [
    ...linesOfMoves('A B', update),
    ...linesOfMoves('A B', {}, 1),
    ...linesOfMoves('A B', { source: 'group' }, 2),
  ]
  assert.equal(reconcileRef(lines).length, 1)
  assert.equal(reconcileRef(lines.toReversed()).length, 1)
})

test('a ref that was moved, reset and moved again has three pushes, also in two streams', () => {
  const moves = 'A B, B A, A B'
  assert.equal(movesOf(linesOfMoves(moves)), moves)
  for (const firstSecond of [0, 1, 2, 3, 60])
    assert.equal(movesOf([...linesOfMoves(moves), ...linesOfMoves(moves, update, firstSecond + 0.5)]), moves)
})

test('equal changes in succession are one push, because a ref cannot move twice in the same way', () => {
  assert.equal(movesOf(linesOfMoves('A B, A B, B C, B C')), 'A B, B C')
})

test('the same delivery counts once in its stream, also after other changes', () => {
  const [first, ...others] = linesOfMoves('A B, B A, A B')
  assert.ok(first)
  assert.equal(movesOf([first, ...others, { ...first, pushed_at: secondOf(30) }]), 'A B, B A, A B')
})

test('a delivery id that two streams share counts in both', () => {
  const lines = [...linesOfMoves('A B, B A', { delivery_id: 'one' }), ...linesOfMoves('A B', update)]
  assert.equal(movesOf(lines), 'A B, B A')
})

test('the line that tells most is kept, whichever came first', () => {
  const push = pushLine({ pushed_at: secondOf(1) })
  for (const pushed_at of [secondOf(0), secondOf(2)]) {
    const [only, ...others] = reconcileRef([push, updateLine({ pushed_at })])
    assert.deepEqual([only?.line, others], [push, []])
  }
})

test('a line of another person never replaces the line of a push', () => {
  const update = updateLine({ user_id: 4 })
  const push = pushLine({ user_id: 5, user_username: 'other', pushed_at: secondOf(1) })
  assert.deepEqual(
    reconcileRef([update, push]).map(({ line }) => line),
    [update],
  )
})

test('a hook that comes more than 30 days later reports another push', () => {
  const day = 24 * 60 * 60
  const late = (days: number) => movesOf([...linesOfMoves('A B'), ...linesOfMoves('A B', update, days * day)])
  assert.equal(late(29), 'A B')
  assert.equal(late(31), 'A B, A B')
})

test('the head is the commit that the ref was moved to once more than away from', () => {
  const head = (moves: string) => headOf(reconcileRef(linesOfMoves(moves)))?.line.after
  assert.equal(head('A B, B C'), 'C')
  assert.equal(head('B C, A B'), 'C', 'in whatever order the hooks arrive')
  assert.equal(head('A B, C D'), 'D', 'where a hook is missing, the newest decides')
  assert.equal(head('A B, B A'), 'A', 'where the ref came back, the newest decides')
  assert.equal(headOf([]), undefined)
})

test('a deletion is the head of a ref that was deleted', () => {
  const head = headOf(reconcileRef(linesOfMoves('0000 A, A B, B 0000')))
  assert.ok(head && isDeletion(head))
  assert.equal(isDeletion({ line: pushLine({ after: '0000a0' }), at: 0 }), false)
})

test('a push that leaves the ref where it is comes from the Test button, and is not the last push', () => {
  const pushes = reconcileRef([
    ...linesOfMoves('A B, B C'),
    ...linesOfMoves('A C', { user_username: 'clicker', user_id: 9 }, 5),
  ])
  assert.deepEqual(
    pushes.map(({ line }) => line.suspected_test),
    [false, false, true],
  )
  assert.equal(headOf(pushes)?.line.user_username, 'isolheim')
})

test('a push of another stream that leaves the ref where it is and that two hooks report is no test', () => {
  const lines = [
    ...linesOfMoves('A B'),
    ...linesOfMoves('C B', {}, 5),
    ...linesOfMoves('C B', { source: 'group' }, 6),
  ]
  assert.ok(reconcileRef(lines).every(({ line }) => !line.suspected_test))
})

test('a line that was marked as a test stays one, until a hook that is no test reports the push', () => {
  const marked = linesOfMoves('A B', { suspected_test: true, user_id: 9 })
  assert.deepEqual(
    reconcileRef([...marked, ...linesOfMoves('A B', { suspected_test: true, source: 'group' }, 1)]).map(
      ({ line }) => line.suspected_test,
    ),
    [true],
  )
  const [push] = reconcileRef([...marked, ...linesOfMoves('A B', update, 1)])
  assert.partialDeepStrictEqual(push?.line, { suspected_test: false, user_id: 4 })
})
