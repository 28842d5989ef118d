import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import type { Effect } from '../../helpers/process/start-worker-process.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { assertEffects } from '../../helpers/records/assert-effects.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { startServers } from '../../helpers/servers/servers.ts'
import { sharedStackOf, sharedStackVariable } from '../../helpers/servers/stack-setup.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

// Servers of its own: others must not feel the restart.
const servers = await startServers()
process.env[sharedStackVariable] = JSON.stringify(sharedStackOf(servers))
const effects: Effect[] = []
const steady = pushConsumer(
  'steady',
  async ({ delivery, project_id }) => void effects.push({ id: delivery.id, project: project_id }),
)

test('a worker outlives the restart of the brokers and goes on where it was', async (t) => {
  const stack = await openWorkerStack('broker-restart', [steady])
  const worker = await startWorkerInProcess(stack, steady)
  t.after(() => worker.stop().finally(servers.remove))
  let failure: unknown
  worker.failure.catch((error: unknown) => {
    failure = error
  })
  const before = await publishPushes(stack, 2000)
  await untilCount(effects, 500)
  servers.server('kafka').kill('SIGKILL')
  await servers.server('kafka').exited
  assert.match(await worker.live(), /^200/)
  await servers.startAgain('kafka')
  const after = await publishPushes(stack, 2000, { from: 2000 })
  await eventually(() => assert.equal(new Set(effects.map(({ id }) => id)).size, 4000))
  assertEffects(effects, [...before, ...after])
  assert.equal(failure, undefined)
})
