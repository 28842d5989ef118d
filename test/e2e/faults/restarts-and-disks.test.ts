// Restarts of the ingress and disks without room, with real servers.
// Every hook that was answered with 2xx is on its
// topic afterwards, and every answer came in time. `npm run test:soak` runs the same at full length.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import {
  conclude,
  concludeAllAnswered,
  drain,
  killAndWait,
  startFaultSuite,
  untilPublishing,
  untilSpooling,
} from '../../helpers/faults/fault-suite.ts'
import { isSoak, outage } from '../../helpers/faults/outage.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { type IngressProcess, untilDrained } from '../../helpers/process/ingress-process.ts'
import { waitUntil } from '../../helpers/process/wait-until.ts'

const suite = await startFaultSuite('shared')
const { stack, ingress, freezeBroker, thawBroker, startLoad } = suite
const run = promisify(execFile)

test('hooks survive an ingress that is stopped or killed while the broker is frozen', async (t) => {
  await untilPublishing(ingress())
  const load = startLoad({ perSecond: 40 })
  await load.untilAnswered(20)
  await freezeBroker()
  for (let end = 0; end < (isSoak ? 10 : 2); end++) {
    await untilSpooling(ingress())
    await outage(0.5 + Math.random() / 2)
    const isKill = end % 2 === 1
    ingress().kill(isKill ? 'SIGKILL' : 'SIGTERM')
    assert.deepEqual(
      await ingress().exited,
      isKill ? { code: null, signal: 'SIGKILL' } : { code: 0, signal: null },
    )
    await suite.startAgain()
  }
  assert.ok((await ingress().metric('ingress_spool_records')) > 0, 'the new process knows the spooled hooks')
  thawBroker()
  await drain(ingress(), load)
  await conclude(t, stack, load.posted)
})

test('a rolling restart of two ingresses behind a load balancer refuses no hook', async (t) => {
  const spools = [await stack.folder(), await stack.folder()]
  const startOne = (index: number) => stack.start({ INGRESS_SPOOL_DIR: spools[index] ?? '' })
  const pair = [await startOne(0), await startOne(1)]
  // Health checks move new connections away from the ingress that is about to stop.
  let preferred = 0
  const load = startLoad({
    urls: () => [preferred, 1 - preferred].flatMap((index) => pair[index]?.hookUrl ?? []),
    perSecond: 60,
  })
  for (let round = 0; round < (isSoak ? 10 : 1); round++) {
    for (const index of [0, 1]) {
      const stopping = pair[index] as IngressProcess
      await load.untilAnswered(40)
      // The broker hesitates, so that hooks are under way when the signal comes.
      await freezeBroker()
      await waitUntil(() => load.underWay() >= 10)
      const stopped = stopping.stop(20_000)
      await eventually(async () => assert.equal((await stopping.readiness()).code, 503))
      thawBroker()
      preferred = 1 - index
      await stopped
      pair[index] = await startOne(index)
    }
  }
  await load.untilAnswered(40)
  await load.stop()
  for (const each of pair) {
    await untilDrained(each)
    await each.stop(15_000)
  }
  await concludeAllAnswered(t, stack, load.posted)
})

test('a full spool refuses only the hooks that do not fit, and accepts hooks again afterwards', async (t) => {
  const small = await stack.start({
    INGRESS_SPOOL_DIR: await stack.folder(),
    INGRESS_SPOOL_MAX_BYTES: '40000',
  })
  await untilPublishing(small)
  const load = startLoad({ urls: () => [small.hookUrl], perSecond: 40 })
  await load.untilAnswered(20)
  await freezeBroker()
  await untilRefusing(small)
  // After the first refusal a smaller hook may still have found room.
  await eventually(async () =>
    assert.deepEqual(await small.readiness(), { code: 503, status: 'spool: full' }),
  )
  await outage(0.5)
  assert.ok((await small.metric('ingress_spool_bytes')) <= 40_000)
  thawBroker()
  await untilDrained(small)
  await eventually(async () => assert.equal((await small.readiness()).code, 200))
  await drain(small, load)
  const { spooled, refused } = await conclude(t, stack, load.posted)
  assert.ok(spooled > 0 && refused > 0)
  await small.stop(15_000)
})

test('a full disk does the same, and the ingress empties it by itself, also after a kill', async (t) => {
  const disk = await stack.folder()
  const isMounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).then(
    () => true,
    () => false,
  )
  if (!isMounted) return t.skip('only root can mount a small disk')
  try {
    const env = { INGRESS_SPOOL_DIR: `${disk}/spool` }
    let small = await stack.start(env)
    await untilPublishing(small)
    const load = startLoad({ urls: () => [small.hookUrl], perSecond: 40 })
    await load.untilAnswered(20)
    await freezeBroker()
    await untilRefusing(small)
    assert.equal((await small.readiness()).code, 503)
    await outage(0.5)
    await killAndWait(small)
    small = await stack.start(env)
    thawBroker()
    await drain(small, load)
    const { spooled, refused } = await conclude(t, stack, load.posted)
    assert.ok(spooled > 0 && refused > 0)
    await eventually(async () => assert.equal((await small.readiness()).code, 200))
    await small.stop(15_000)
  } finally {
    await run('umount', ['-l', disk])
  }
})

const untilRefusing = (ingress: IngressProcess) =>
  eventually(async () => assert.ok((await ingress.metric('ingress_hooks_total{outcome="unavailable"}')) > 0))
