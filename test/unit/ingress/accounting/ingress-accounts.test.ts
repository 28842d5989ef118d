// Each test drops one hook at the boundary of a stage. The residue must name this stage and no other.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { addIngressAccounts } from '../../../../ingress/accounting/ingress-accounts.ts'
import type { Deliver } from '../../../../ingress/deliver.ts'
import type { Hook } from '../../../../ingress/hook.ts'
import { createApp } from '../../../../ingress/http/app.ts'
import { createLimitedLog } from '../../../../ingress/http/limited-log.ts'
import { createIngressMetrics } from '../../../../ingress/metrics.ts'
import type { Outcome } from '../../../../ingress/outcome.ts'
import { startDrain } from '../../../../ingress/spool/drain.ts'
import { openSpool } from '../../../../ingress/spool/spool.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { spoolLimits } from '../../../helpers/faults/spool-limits.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { waitUntil } from '../../../helpers/process/wait-until.ts'
import { deliverBy } from '../../../helpers/records/fake-deliver.ts'

const place = { event: 'push', topic: 'gitlab.push', id: 'an-id' } as const
const published = { kind: 'published', ...place } as const
const spooled = { kind: 'spooled', ...place } as const

const hookOf = (id: string): Hook => ({
  id,
  source: 'default',
  receivedAt: 1,
  headers: {},
  body: Buffer.from(id),
})

/** An ingress of real parts. The test decides what lies between them. */
const open = async (t: TestContext, receive: (id: string, parts: Parts) => Promise<Outcome>) => {
  const allMetrics = createMetrics()
  const metrics = createIngressMetrics(allMetrics)
  const { logger } = recordingLogger()
  const spool = await openSpool(createForgetfulDisk().mount(), spoolLimits(1e6, 1e5), logger)
  const inNoLog = { records: 0 }
  addIngressAccounts({ metrics: allMetrics, inNoLog: () => inNoLog.records, spool: () => spool.account })
  const parts: Parts = { metrics, spool }
  const app = createApp({
    receive: async (request) => receive(String(request.headers['idempotency-key']), parts),
    metrics,
    logger,
    limitedLog: createLimitedLog(logger),
    onUnavailable: () => undefined,
    isDraining: () => false,
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  t.after(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  const residues = async () => {
    const gauge = await allMetrics.registry.getSingleMetric('gitlab_bridge_unaccounted_records')?.get()
    return Object.fromEntries(
      (gauge?.values ?? [])
        .filter(({ value }) => value !== 0)
        .map(({ labels, value }) => [labels.stage, value]),
    )
  }
  const post = (id: string) => fetch(url, { method: 'POST', headers: { 'idempotency-key': id } })
  return { post, residues, inNoLog, spool, logger, metrics }
}

interface Parts {
  metrics: ReturnType<typeof createIngressMetrics>
  spool: Awaited<ReturnType<typeof openSpool>>
}

const publish = async (_id: string, { metrics }: Parts): Promise<Outcome> => {
  metrics.records.inc({ event: 'push' })
  return published
}

const spoolIt = async (id: string, { spool }: Parts): Promise<Outcome> => {
  await spool.append(hookOf(id))
  return spooled
}

test('nothing is unaccounted while hooks are published, spooled and drained', async (t) => {
  const { post, residues, spool, logger, metrics } = await open(t, (id, parts) =>
    id.startsWith('spool') ? spoolIt(id, parts) : publish(id, parts),
  )
  const acknowledge = deliverBy(async ({ id }) => {
    metrics.records.inc({ event: 'push' })
    return { ...published, id }
  })
  const drain = startDrain({ spool, deliver: acknowledge, moveTo: async () => undefined, logger })
  const ids = Array.from({ length: 60 }, (_, index) => `${index % 2 === 0 ? 'spool' : 'direct'}-${index}`)
  const posting = Promise.all(ids.map((id) => post(id)))
  for (let scrape = 0; scrape < 30; scrape++) assert.deepEqual(await residues(), {})
  await posting
  await waitUntil(() => spool.state.records === 0)
  assert.deepEqual(await residues(), {})
  await drain.stop()
})

test('a hook that gets no outcome is missing in the stage ingress', async (t) => {
  const { post, residues } = await open(t, async (id, parts) => {
    if (id === 'dropped') throw new Error('a bug of ours')
    return publish(id, parts)
  })
  for (const id of ['one', 'dropped', 'two']) await post(id)
  assert.deepEqual(await residues(), { ingress: 1 })
})

test('a hook that is answered as published and not acknowledged is missing in publish', async (t) => {
  const { post, residues } = await open(t, async (id, parts) =>
    id === 'dropped' ? published : publish(id, parts),
  )
  for (const id of ['one', 'dropped', 'two']) await post(id)
  assert.deepEqual(await residues(), { publish: 1 })
})

test('a hook that is answered as spooled and is not on disk is missing in the stage spool', async (t) => {
  const { post, residues } = await open(t, async (id, parts) =>
    id === 'dropped' ? spooled : spoolIt(id, parts),
  )
  for (const id of ['one', 'dropped', 'two']) await post(id)
  assert.deepEqual(await residues(), { spool: 1 })
})

test('a hook that leaves the spool without a fate is missing in the stage spool', async (t) => {
  const { residues, spool } = await open(t, publish)
  for (const id of ['one', 'dropped', 'two']) await spool.append(hookOf(id))
  const hooks = await spool.peek(new AbortController().signal)
  await spool.advance(hooks.length - 1)
  assert.deepEqual(await residues(), { spool: 1 })
})

test('hooks that leave the spool and are not acknowledged are missing in publish', async (t) => {
  const { residues, spool, logger } = await open(t, publish)
  for (const id of ['one', 'two']) await spool.append(hookOf(id))
  const lie: Deliver = deliverBy(async ({ id }) => ({ ...published, id }))
  const drain = startDrain({ spool, deliver: lie, moveTo: async () => undefined, logger })
  await waitUntil(() => spool.state.records === 0)
  await drain.stop()
  assert.deepEqual(await residues(), { publish: 2 })
})

test('an acknowledged record that is in no log is missing in the stage log', async (t) => {
  const { residues, inNoLog } = await open(t, publish)
  inNoLog.records = 3
  assert.deepEqual(await residues(), { log: 3 })
})
