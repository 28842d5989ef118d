import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerOf, type Outcome, outcomeKinds, outcomes } from '../../../ingress/outcome.ts'

test('every hook that is kept gets 2xx, and neither an unknown event nor our own fault gets 4xx', () => {
  const statuses = Object.fromEntries(outcomeKinds.map((kind) => [kind, outcomes[kind].status]))
  assert.deepEqual(statuses, {
    published: 200,
    unknown: 200,
    quarantined: 200,
    spooled: 202,
    unauthenticated: 401,
    forbidden: 403,
    too_slow: 408,
    too_large: 413,
    throttled: 429,
    unavailable: 503,
    aborted: 499,
  })
})

test('the answer to a kept hook has its outcome, its event, its topic and its id, and nothing else', () => {
  const kept: Outcome = { kind: 'published', event: 'push', topic: 'gitlab.push', id: 'x' }
  assert.deepEqual(answerOf(kept), { outcome: 'published', event: 'push', topic: 'gitlab.push', id: 'x' })
})

test('the answer to a rejected hook has the reason, but not which credential was wrong', () => {
  const refused: Outcome = {
    kind: 'unauthenticated',
    reason: 'the secret token is wrong',
    rejection: 'unknown_source',
  }
  assert.deepEqual(answerOf(refused), { outcome: 'unauthenticated', reason: 'the secret token is wrong' })
})
