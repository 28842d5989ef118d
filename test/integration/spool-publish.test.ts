// Hooks that the brokers refuse, until the cause is repaired.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import kafkajs from 'kafkajs'
import { eventually } from '../helpers/process/eventually.ts'
import { post, pushOf } from '../helpers/records/hooks.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('spool-publish')
await stack.setUp()
const topic = stack.names.topic('push')

const takeTimestampsFor = async (ms: number) => {
  const admin = stack.kafka.admin()
  await admin.connect()
  const configEntries = [{ name: 'message.timestamp.before.max.ms', value: String(ms) }]
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }],
  })
  await admin.disconnect()
}
const run = async (...args: readonly string[]) => {
  const { exited, lines } = await stack.start(['spool', ...args])
  const { code } = await exited
  return {
    code,
    // The client logs refusals to standard error. Their order relative to standard output is not fixed.
    said: lines.filter((line) => !line.startsWith('error ')).join('\n'),
    rows: () => lines.map((line) => JSON.parse(line) as Record<string, string>),
  }
}
const setAside = async () =>
  (await run('inspect', '--json')).rows().filter(({ state }) => state === 'set aside')
const fileOf = (place = '') => place.replace(/^set-aside\/(.*)@0$/, '$1')

test('hooks that the brokers refuse are set aside, and can be published after a repair', async () => {
  const { hookUrl } = await stack.startReady(['ingress'])
  await takeTimestampsFor(0)
  for (const id of ['one', 'two']) await post(hookUrl, pushOf(15), { 'idempotency-key': id })
  const rows = await eventually(async () => {
    const found = await setAside()
    assert.equal(found.length, 2)
    return found
  })
  assert.match(
    (await run('publish', '--all')).said,
    /held_back: the brokers refuse the record: .*\n0 published, 2 held back$/,
  )
  assert.equal((await setAside()).length, 2)

  await takeTimestampsFor(10_000_000)
  const [one, two] = rows.map(({ place }) => fileOf(place))
  assert.deepEqual((await run('publish', String(two), '--json')).rows(), [
    { file: two, result: 'published', id: rows[1]?.id, topic },
  ])
  assert.deepEqual(
    (await setAside()).map(({ place }) => fileOf(place)),
    [one],
  )
  assert.match((await run('publish', '--all')).said, /\n1 published, 0 held back$/)
  assert.deepEqual(await setAside(), [])
  const records = (await recordsOf(stack, 'push')).map(({ value, timestamp }) => ({
    id: value.delivery.id,
    received: value.delivery.received_at,
    timestamp,
  }))
  assert.deepEqual(records.map(({ id }) => id).sort(), ['one', 'two'])
  for (const { id, received, timestamp } of records) {
    assert.equal(received, timestamp)
    assert.equal(new Date(received).toISOString(), rows.find((row) => row.id === id)?.received_at)
  }
})

test('a file that does not hold exactly one whole hook stays where it is', async () => {
  const folder = join(String(stack.env.BRIDGE_DATA_DIR), 'spool', 'set-aside')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'damaged.bin'), 'GKB1 and what the disk made of the rest')
  assert.match(
    (await run('publish', 'damaged.bin')).said,
    /^damaged\.bin {2}held_back: the file is not one complete hook/,
  )
  assert.equal((await setAside()).length, 1)
})

test('only hooks that were named are published', async () => {
  for (const args of [[], ['damaged.bin', '--all']]) {
    const { code, said } = await run('publish', ...args)
    assert.deepEqual([code, said], [1, 'name the files to publish, or give --all'])
  }
  const { code, said } = await run('publish', 'elsewhere.bin')
  assert.deepEqual(
    [code, said],
    [1, 'the folder set-aside has no file elsewhere.bin: `bridge spool inspect` lists what was set aside'],
  )
})
