import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort } from '../../helpers/process/free-ports.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const worker = pushConsumer('refused', async () => undefined)
const stack = await openWorkerStack('refused-start', [worker])
const group = stack.names.group('refused')

test('a second worker whose port is taken does not disturb the group', async (t) => {
  const env = { METRICS_HOST: '127.0.0.1', METRICS_PORT: String(await freePort()) }
  const first = await startWorkerInProcess(stack, worker, env)
  t.after(first.stop)
  await assert.rejects(startWorkerInProcess(stack, worker, env), { message: /^METRICS_PORT: / })
  const { groups } = await withAdmin(stack.kafka, (admin) => admin.describeGroups([group]))
  assert.deepEqual(
    groups.map(({ state, members }) => [state, members.length]),
    [['Stable', 1]],
  )
  assert.equal(await first.ready(), '200 ready')
  const joins = first.lines.filter(({ message }) => message === 'Consumer has joined the group')
  assert.equal(joins.length, 1)
})

test('a session that the brokers refuse is named', async () => {
  await assert.rejects(startWorkerInProcess(stack, worker, { CONSUMER_SESSION_SECONDS: '3600' }), {
    name: 'UsageError',
    message: /the brokers refuse CONSUMER_SESSION_SECONDS=3600: /,
  })
})
