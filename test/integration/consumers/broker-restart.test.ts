import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { killAndWait } from '../../helpers/faults/fault-suite.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import type { Effect } from '../../helpers/process/start-worker-process.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { assertEffects } from '../../helpers/records/assert-effects.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { startServers } from '../../helpers/servers/servers.ts'
import { setUpPatiently } from '../../helpers/servers/set-up-patiently.ts'
import { openSharedRegistry } from '../../helpers/servers/shared-registry.ts'
import { openStack } from '../../helpers/servers/stack.ts'

// A broker of its own, because other test files must not feel the restart.
const servers = await startServers(['kafka'])
after(() => servers.remove())
const { kafkaBrokers } = servers
const schemaRegistryUrl = await openSharedRegistry()

const effects: Effect[] = []
const steady = pushConsumer(
  'steady',
  async ({ delivery, project_id }) => void effects.push({ id: delivery.id, project: project_id }),
)

test('a worker survives a restart of the broker and goes on where it was', async (t) => {
  const stack = await openStack('broker-restart', { kafkaBrokers, schemaRegistryUrl, databaseUrl: '' })
  const { logger } = recordingLogger()
  await setUpPatiently({ ...stack.env, DATABASE_URL: '', AUDIT_LOG_DATABASE_URL: '' }, logger, [steady])
  const worker = await startWorkerInProcess(stack, steady)
  t.after(worker.stop)
  const before = await publishPushes(stack, 2000)
  await untilCount(effects, 500)
  await killAndWait(servers.server('kafka'))
  assert.match(await worker.live(), /^200/)
  await eventually(async () => assert.equal(await worker.ready(), '503 brokers away'))
  assert.equal(await worker.live(), '200 alive')
  await servers.startAgain('kafka')
  const afterwards = await publishPushes(stack, 2000, { from: 2000 })
  await eventually(() => assert.equal(new Set(effects.map(({ id }) => id)).size, 4000))
  assertEffects(effects, [...before, ...afterwards])
  assert.equal(worker.failedWith(), undefined)
  await eventually(async () => assert.equal(await worker.ready(), '200 ready'))
  const statuses = worker.lines.flatMap(({ fields }) => fields.status ?? [])
  const awayAt = statuses.indexOf('brokers away')
  assert.ok(awayAt >= 0, 'the log says it, too')
  assert.ok(statuses.includes('ready', awayAt), 'and that it is over')
})
