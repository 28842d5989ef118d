import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createReportedStatus } from '../../../../../consumers/runtime/health/reported-status.ts'
import type { Health } from '../../../../../lib/http/operations-server.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'

const joining: Health = { ok: false, status: 'joining' }
const ready: Health = { ok: true, status: 'ready' }
const degraded: Health = { ok: true, status: 'degraded: topics do not exist: gitlab.push' }
const stopping: Health = { ok: false, status: 'stopping' }

/** A status that a test changes, and what was logged of it. */
const changing = (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let now = joining
  const { logger, lines } = recordingLogger()
  return {
    status: createReportedStatus(() => now, logger),
    change: (health: Health) => {
      now = health
    },
    logged: () => lines.map(({ level, fields }) => `${level} ${fields.status}`),
  }
}

test('a change that a probe sees is in the log before the probe is answered', (t) => {
  const { status, change, logged } = changing(t)
  assert.deepEqual(status.read(), joining)
  assert.deepEqual(logged(), [])
  change(ready)
  assert.deepEqual(status.read(), ready)
  assert.deepEqual(logged(), ['info ready'])
})

test('a change that no probe sees is logged once, half a second later at the latest', (t) => {
  const { status, change, logged } = changing(t)
  const stop = status.start()
  change(degraded)
  t.mock.timers.tick(500)
  t.mock.timers.tick(500)
  status.read()
  assert.deepEqual(logged(), [`warn ${degraded.status}`])
  stop()
  change(ready)
  t.mock.timers.tick(5000)
  assert.equal(logged().length, 1)
})

test('that the worker stops is reported but not logged', (t) => {
  const { status, change, logged } = changing(t)
  change(stopping)
  assert.deepEqual(status.read(), stopping)
  change(joining)
  assert.deepEqual(status.read(), joining)
  assert.deepEqual(logged(), [])
})
