// A body that is too large for its topic is published in several chunks, and our readers show it whole.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import pg from 'pg'
import { eventually } from '../helpers/process/eventually.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { limitTopicBytes } from '../helpers/servers/alter-topics.ts'
import { openStack } from '../helpers/servers/stack.ts'
import { withAdmin } from '../helpers/servers/with-admin.ts'

const stack = await openStack('whole-bodies')
await stack.setUp()
const { rawChunksTopic } = stack.names
const limited = [stack.names.topic('merge_request'), rawChunksTopic]
await limitTopicBytes(stack.kafka, limited, 100_000)
const { hookUrl } = await stack.startIngress()

const hook = JSON.parse(sample('merge_request').toString()) as object
const largeBody = () =>
  Buffer.from(JSON.stringify({ ...hook, padding: randomBytes(160_000).toString('hex') }))
const send = async (body: Buffer): Promise<string> => {
  const id = randomBytes(8).toString('hex')
  assert.equal((await post(hookUrl, body, { 'idempotency-key': id })).status, 200)
  return id
}
const rawOf = async (id: string): Promise<Buffer> => {
  const client = new pg.Client({ connectionString: stack.databaseUrl })
  await client.connect()
  try {
    return await eventually(async () => {
      const { rows } = await client.query('select raw from audit_log.events where delivery_id = $1', [id])
      assert.equal(rows.length, 1)
      return (rows as { raw: Buffer }[])[0]?.raw ?? Buffer.alloc(0)
    })
  } finally {
    await client.end()
  }
}
const tailLast = async () => {
  const { exited, lines } = await stack.start(
    'tail merge_request --from-beginning --timeout 1 --json'.split(' '),
  )
  await exited
  return JSON.parse(lines.at(-1) ?? '') as { value: { raw: string; raw_missing?: string } }
}

test('the audit log and `bridge tail` have the whole body, and say so when its chunks are gone', async () => {
  const worker = await stack.startReady(['consumer', 'audit-log'])
  const body = largeBody()
  const id = await send(body)
  assert.ok((await rawOf(id)).equals(body))
  assert.equal((await tailLast()).value.raw, body.toString())
  await worker.stop(10_000)

  const goneId = await send(largeBody())
  await withAdmin(stack.kafka, async (admin) => {
    const ends = await admin.fetchTopicOffsets(rawChunksTopic)
    const partitions = ends.map(({ partition, offset }) => ({ partition, offset }))
    await admin.deleteTopicRecords({ topic: rawChunksTopic, partitions })
  })
  const again = await stack.startReady(['consumer', 'audit-log'])
  assert.equal((await rawOf(goneId)).length, 0)
  const report = again.lines.find((line) => line.includes('the body of a hook is gone'))
  assert.match(
    report ?? '',
    new RegExp(`"delivery_id":"${goneId}".* of \\d+ pieces of the body of ${goneId}`),
  )
  const { raw, raw_missing } = (await tailLast()).value
  assert.equal(raw, '')
  assert.match(raw_missing ?? '', new RegExp(`^0 of \\d+ pieces of the body of ${goneId} were found on `))
})
