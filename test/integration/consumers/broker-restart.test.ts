import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../helpers/stack.ts'
import { startServers } from '../../helpers/stack-servers.ts'
import { sharedStackOf, sharedStackVariable } from '../../helpers/stack-setup.ts'
import { openWorkerStack, publishPushes, pushConsumer, sorted, startHere, untilCount } from './worker-under-test.ts'

// Servers of its own: others must not feel the restart.
const servers = await startServers()
process.env[sharedStackVariable] = JSON.stringify(sharedStackOf(servers))
const effects: string[] = []
const steady = pushConsumer('steady', async ({ delivery }) => void effects.push(delivery.id))

test('a worker outlives the restart of the brokers and goes on where it was', async (t) => {
  const stack = await openWorkerStack('broker-restart', [steady])
  const worker = await startHere(stack, steady)
  t.after(() => worker.stop().finally(servers.remove))
  let failure: unknown
  worker.failure.catch((error: unknown) => {
    failure = error
  })
  const before = await publishPushes(stack, 2000)
  await untilCount(effects, 500)
  servers.part('kafka').kill('SIGKILL')
  await servers.part('kafka').exited
  assert.match(await worker.live(), /^200/)
  await servers.startAgain('kafka')
  const after = await publishPushes(stack, 2000, { from: 2000 })
  await eventually(() => assert.deepEqual(sorted(new Set(effects)), sorted([...before, ...after])))
  assert.equal(failure, undefined)
})
