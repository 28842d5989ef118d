import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HandledOutcome, Message } from '../../../../../consumers/consumer.ts'
import { logDeliveries } from '../../../../../consumers/runtime/middleware/log-deliveries.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'
import { runContext } from '../../../../helpers/records/run-context.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const message = (offset: number): Message => ({
  ...{ topic: 'gitlab.push', partition: 2, offset: String(offset), timestamp: String(Date.now() - 5000) },
  ...{ key: Buffer.from('15'), value: Buffer.from('a body with a secret') },
  headers: { ce_id: Buffer.from(`delivery-${offset}`), traceparent: Buffer.from(traceparent) },
})

const linesOf = async (which: 'all' | 'problems', outcomes: readonly HandledOutcome[], failures = 0) => {
  const { logger, lines } = recordingLogger()
  const handle = logDeliveries(which, logger, () => 'push')(async () => [...outcomes])
  const messages = outcomes.map((_, index) => message(index))
  await handle(messages, runContext(failures).context)
  return lines
}

test('every message has one wide line with its place, its attempt and its durations', async () => {
  const [first, second, ...more] = await linesOf('all', ['processed', 'skipped'])
  assert.deepEqual(more, [])
  const { wait_ms, handle_ms, ...fields } = first?.fields ?? {}
  assert.ok(Number(wait_ms) >= 5000 && Number(handle_ms) >= 0)
  assert.deepEqual(fields, {
    ...{ delivery_id: 'delivery-0', outcome: 'processed', event: 'push', project: '15' },
    ...{ topic: 'gitlab.push', partition: 2, offset: 0, attempt: 1, traceparent, together: 2 },
  })
  assert.equal(second?.fields.outcome, 'skipped')
  assert.doesNotMatch(JSON.stringify([first, second]), /secret/)
})

test('of problems there is a line about dead letters and about messages that were tried again', async () => {
  assert.deepEqual(await linesOf('problems', ['processed', 'skipped', 'too_old', 'invented']), [])
  const [dead] = await linesOf('problems', ['dead_lettered'], 4)
  assert.deepEqual([dead?.level, dead?.fields.outcome, dead?.fields.attempt], ['warn', 'dead_lettered', 5])
  const [late, ...others] = await linesOf('problems', ['processed'], 1)
  assert.deepEqual([late?.fields.outcome, late?.fields.attempt, others], ['processed', 2, []])
})
