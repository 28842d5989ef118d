// Hooks that the brokers refuse, until the cause is repaired.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeSetAside } from '../helpers/faults/write-set-aside.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { deleteTopics } from '../helpers/servers/delete-topics.ts'
import { openStack } from '../helpers/servers/stack.ts'
import { withAdmin } from '../helpers/servers/with-admin.ts'

const stack = await openStack('spool-publish')
await stack.setUp()
const topic = stack.names.topic('push')

/** Resolves once the topic is gone, so that no record can be published to it. */
const deleteTopic = () =>
  withAdmin(stack.kafka, async (admin) => {
    await deleteTopics(admin, [topic])
    await eventually(async () => assert.ok(!(await admin.listTopics()).includes(topic)))
  })

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

test('hooks that were set aside can be published once their topic accepts records again', async () => {
  await deleteTopic()
  for (const id of ['one', 'two']) await writeSetAside(String(stack.env.BRIDGE_DATA_DIR), id)
  const rows = await setAside()
  assert.equal(rows.length, 2)
  assert.match((await run('publish', '--all')).said, /held_back: .*\n0 published, 2 held back$/)
  assert.equal((await setAside()).length, 2)

  await stack.setUp()
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
