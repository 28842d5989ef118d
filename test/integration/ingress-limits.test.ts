// Clusters that take less than GitLab sends, and what may happen to their topics meanwhile:
// a body answered 2xx is read again whole.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { readRaw } from '../../lib/kafka/read-raw.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { post, pushOf } from '../helpers/records/hooks.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { limitTopicBytes } from '../helpers/servers/alter-topics.ts'
import { deleteTopics } from '../helpers/servers/delete-topics.ts'
import { openStack } from '../helpers/servers/stack.ts'
import { withAdmin } from '../helpers/servers/with-admin.ts'

const stack = await openStack('ingress-limits')
await stack.setUp()
const push = stack.names.topic('push')
const { rawChunksTopic } = stack.names

const large = (): Buffer => pushOf(15, { padding: randomBytes(150_000).toString('hex') })

/**
 * Posts it, and waits until it is on its topic.
 * @returns in how many pieces the body went, null where it went whole
 */
const postAndFind = async (
  hookUrl: string | undefined,
  body: Buffer,
): Promise<{ status: number; pieces: number | null }> => {
  const id = randomBytes(8).toString('hex')
  const { status } = await post(hookUrl, body, { 'idempotency-key': id })
  return { status, pieces: await find(id, body) }
}
const find = async (id: string, body: Buffer): Promise<number | null> => {
  const record = await eventually(async () => {
    const found = (await recordsOf(stack, 'push')).find(({ value }) => value.delivery.id === id)?.value
    assert.ok(found)
    return found
  })
  const raw = await readRaw(record, stack.kafka, rawChunksTopic, AbortSignal.timeout(30_000))
  assert.ok(raw.equals(body))
  return record.delivery.raw_chunks
}

const metricOf = async (metricsUrl: string, name: string): Promise<number> => {
  const text = await (await fetch(metricsUrl)).text()
  return Number(new RegExp(`^gitlab_bridge_${name} (\\d+)$`, 'm').exec(text)?.[1])
}

test('a lower size limit of a topic makes chunks of large bodies, until it is raised again', async () => {
  const { hookUrl, metricsUrl, stop } = await stack.startIngress()
  const limited = [push, rawChunksTopic]
  assert.deepEqual(await postAndFind(hookUrl, large()), { status: 200, pieces: null })
  await limitTopicBytes(stack.kafka, limited, 200_000)
  const { status, pieces } = await postAndFind(hookUrl, large())
  assert.ok(status === 200 || status === 202, `${status}`)
  assert.equal(pieces, 2)
  await eventually(async () => assert.equal(await metricOf(metricsUrl, 'ingress_spool_records'), 0))
  assert.deepEqual(await postAndFind(hookUrl, large()), { status: 200, pieces: 2 })
  await limitTopicBytes(stack.kafka, limited, 1_000_000)
  await eventually(async () =>
    assert.deepEqual(await postAndFind(hookUrl, large()), { status: 200, pieces: null }),
  )
  assert.equal(await metricOf(metricsUrl, 'ingress_spool_set_aside'), 0)
  await stop(10_000)
})

test('while the topic of raw chunks is missing, a hook that needs it waits on disk', async () => {
  await withAdmin(stack.kafka, (admin) => deleteTopics(admin, [rawChunksTopic]))
  await limitTopicBytes(stack.kafka, [push], 200_000)
  const { hookUrl, stop } = await stack.startIngress({
    INGRESS_SPOOL_DIR: await stack.temporaryFolder(),
  })
  assert.equal((await post(hookUrl, pushOf(15))).status, 200)
  const body = large()
  const { status } = await post(hookUrl, body, { 'idempotency-key': 'waits' })
  assert.equal(status, 202)
  assert.equal((await post(hookUrl, pushOf(15))).status, 202, 'it does not go past the other')
  const topic = { topic: rawChunksTopic, numPartitions: 2, replicationFactor: 1 }
  await eventually(() => withAdmin(stack.kafka, (admin) => admin.createTopics({ topics: [topic] })))
  assert.equal(await find('waits', body), 1)
  await stop(10_000)
})
