import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  livenessOf,
  readinessOf,
  startingCondition,
  type WorkerCondition,
} from '../../../../../consumers/runtime/health/worker-health.ts'

const consuming: WorkerCondition = { ...startingCondition, hasJoined: true }

const readiness: [title: string, condition: Partial<WorkerCondition>, ok: boolean, status: string][] = [
  ['consumes', {}, true, 'ready'],
  ['stops', { isStopping: true, areBrokersAway: true }, false, 'stopping'],
  ['gets no answer from any broker', { areBrokersAway: true, hasJoined: false }, false, 'brokers away'],
  ['joins its group', { hasJoined: false, pausedBy: 'no database' }, false, 'joining'],
  ['waits for its database', { pausedBy: 'no database' }, false, 'paused: no database'],
  ['waits for a long reason', { pausedBy: 'x'.repeat(999) }, false, `paused: ${'x'.repeat(200)}`],
  [
    'lacks topics',
    { unread: { missing: ['gitlab.push', 'gitlab.note'], uncommitted: ['gitlab.job'] } },
    true,
    'degraded: topics do not exist: gitlab.push, gitlab.note; topics without committed offsets: gitlab.job',
  ],
]

for (const [title, condition, ok, status] of readiness)
  test(`a worker that ${title} reports \`${status.slice(0, 60)}\` at /readyz`, () =>
    assert.deepEqual(readinessOf({ ...consuming, ...condition }), { ok, status }))

const liveness: [title: string, condition: Partial<WorkerCondition>, ok: boolean, status: string][] = [
  ['consumes', { silentMs: 999 }, true, 'alive'],
  ['is silent for too long', { silentMs: 1000 }, false, 'stuck'],
  ['waits for another member to join', { hasJoined: false, silentMs: 2999 }, true, 'alive'],
  ['does not join for too long', { hasJoined: false, silentMs: 3000 }, false, 'stuck'],
  ['gets no answer from any broker', { areBrokersAway: true, silentMs: 9999 }, true, 'alive'],
  ['waits for its database', { isWaiting: true }, true, 'paused'],
]

for (const [title, condition, ok, status] of liveness)
  test(`a worker that ${title} reports \`${status}\` at /livez`, () =>
    assert.deepEqual(livenessOf({ ...consuming, ...condition }, 1000, 3000), { ok, status }))
