import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hook } from '../../../../ingress/hook.ts'
import { createHookLog } from '../../../../ingress/http/hook-log.ts'
import { createLimitedLog } from '../../../../ingress/http/limited-log.ts'
import { acknowledged, type Outcome, spooled, unavailable } from '../../../../ingress/outcome.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const hook: Hook = {
  ...{ id: 'delivery-1', source: 'default', receivedAt: 0 },
  headers: { 'x-gitlab-event': 'Push Hook', traceparent: '00-1-2-01' },
  body: Buffer.from('{"password": "hunter2"}'),
}
const kept = { event: 'push', name: 'push', topic: 'gitlab.push', id: hook.id }
const published = acknowledged(kept, { key: '15', partition: 4, offset: 812 })

const linesOf = (which: 'all' | 'problems', outcomes: readonly Outcome[]) => {
  const { logger, lines } = recordingLogger()
  const logHook = createHookLog(which, logger, createLimitedLog(logger, 3))
  for (const outcome of outcomes) logHook(hook, outcome, { arrivedAt: 10, readAt: 12.34, settledAt: 20 })
  return lines
}

test('every hook has one wide line with the place of its record and its durations, and no body', () => {
  const [line, ...more] = linesOf('all', [published])
  assert.deepEqual(more, [])
  assert.deepEqual(line?.fields, {
    ...{ delivery_id: 'delivery-1', outcome: 'published', event: 'push', project: '15' },
    ...{ topic: 'gitlab.push', partition: 4, offset: 812, source: 'default', traceparent: '00-1-2-01' },
    ...{ bytes: hook.body.length, read_ms: 2.3, publish_ms: 7.7, total_ms: 10 },
  })
})

test('of problems there are lines about hooks that are not on their topic, only some in a minute', () => {
  assert.deepEqual(linesOf('problems', [published]), [])
  const outage = linesOf('problems', [unavailable('full'), ...Array.from({ length: 9 }, () => spooled(kept))])
  assert.deepEqual(
    outage.map(({ fields }) => fields.outcome),
    ['unavailable', 'spooled', 'spooled', 'spooled'],
  )
})
