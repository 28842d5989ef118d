import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../helpers/process/eventually.ts'
import { post, pushOf, sample } from '../helpers/records/hooks.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('push-author-log')
await stack.setUp()
const { hookUrl } = await stack.startReady(['ingress'])
const folder = await stack.temporaryFolder()
const startWorker = () => stack.startReady(['consumer', 'push-author-log'], { PUSH_AUTHOR_LOG_DIR: folder })

interface Line {
  pushed_at: string
  delivery_id: string
  ref: string
  user_username: string | null
  project_path: string | null
}

const daysWritten = () => readdirSync(folder).filter((name) => name.endsWith('.ndjson'))
const linesWritten = (): Line[] =>
  daysWritten()
    .sort()
    .flatMap((day) => readFileSync(join(folder, day), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
const linesOf = (deliveryId: string) => linesWritten().filter(({ delivery_id }) => delivery_id === deliveryId)

let worker = await startWorker()

test('a push becomes one line that says who pushed what, in the file of its day', async () => {
  await post(hookUrl, sample('push'), { 'idempotency-key': 'a-push' })
  const [line, ...others] = await eventually(() => {
    assert.ok(linesOf('a-push').length > 0)
    return linesOf('a-push')
  })
  assert.deepEqual(others, [])
  const [record] = await recordsOf(stack, 'push')
  const pushedAt = new Date(record?.timestamp ?? 0).toISOString()
  assert.deepEqual(line, {
    pushed_at: pushedAt,
    user_id: 4,
    user_username: 'isolheim',
    user_name: 'Ingrid Solheim',
    project_id: 15,
    project_path: 'nordlicht/signal',
    ref: 'refs/heads/main',
    before: 'eac4319652648775ff6caff67b5d09e313e02127',
    after: '674f2ee575f0f2399ebbbcb6c36c9a3c2308a47c',
    commits: 2,
    source_event: 'push',
    delivery_id: 'a-push',
    instance: 'https://git.nordlicht.example',
    source: 'default',
  })
  assert.deepEqual(daysWritten(), [`${pushedAt.slice(0, 10)}.ndjson`])
})

test('a repository update becomes one line for each ref that it moved', async () => {
  await post(hookUrl, sample('repository_update_many'), { 'idempotency-key': 'an-update' })
  const { changes } = JSON.parse(sample('repository_update_many').toString()) as {
    changes: { ref: string }[]
  }
  assert.ok(changes.length > 1)
  await eventually(() => assert.equal(linesOf('an-update').length, changes.length))
  assert.deepEqual(
    linesOf('an-update')
      .map(({ ref }) => ref)
      .sort(),
    changes.map(({ ref }) => ref).sort(),
  )
})

test('a record that is delivered again adds no line, but a hook that GitLab sends again does', async () => {
  await worker.stop(10_000)
  const before = linesWritten()
  await stack.rewind('push-author-log')
  worker = await startWorker()
  await post(hookUrl, sample('push'), { 'idempotency-key': 'a-push' })
  await eventually(() => assert.equal(linesOf('a-push').length, 2))
  const handled = await eventually(async () => {
    const metrics = await (await fetch(worker.metricsUrl)).text()
    const counts = [...metrics.matchAll(/consumer_handled_total\{[^}]*outcome="processed"\} (\d+)/g)].map(
      ([, count]) => Number(count),
    )
    const sum = counts.reduce((a, b) => a + b, 0)
    assert.ok(sum >= 3) // the two of before once more, and the new one
    return sum
  })
  assert.equal(handled, 3)
  assert.equal(linesWritten().length, before.length + 1)
})

test('SIGTERM while events arrive loses no line and doubles none', async () => {
  await worker.stop(10_000)
  const ids = Array.from({ length: 600 }, (_, number) => `stream-${number}`)
  for (let start = 0; start < ids.length; start += 50) {
    await Promise.all(
      ids
        .slice(start, start + 50)
        .map((id, index) => post(hookUrl, pushOf(index), { 'idempotency-key': id })),
    )
  }
  const streamed = () => linesWritten().filter(({ delivery_id }) => delivery_id.startsWith('stream-'))
  worker = await startWorker()
  await eventually(() => assert.ok(streamed().length > 10))
  await worker.stop(20_000)
  const { code } = await worker.exited
  assert.equal(code, 0)
  assert.ok(streamed().length < ids.length, 'it was stopped in the middle')

  worker = await startWorker()
  await eventually(() => assert.ok(streamed().length >= ids.length))
  await worker.stop(20_000)
  assert.deepEqual(
    streamed()
      .map(({ delivery_id }) => delivery_id)
      .sort(),
    ids.sort(),
  )
})

test('`bridge pushes` reads the log while everything else is down, oldest push first', async () => {
  // The file of a day has the lines in the order of the partitions, and the command sorts them.
  const sortedLines = linesWritten().sort((a, b) => a.pushed_at.localeCompare(b.pushed_at))
  const env = { PUSH_AUTHOR_LOG_DIR: folder, KAFKA_BROKERS: '', SCHEMA_REGISTRY_URL: '' }
  const asked = async (...args: string[]) => {
    const { exited, lines } = await stack.start(['pushes', ...args], env)
    await exited
    return lines
  }
  const all = await asked('--json')
  assert.deepEqual(
    all.map((line) => JSON.parse(line)),
    sortedLines,
  )
  const ofOne = sortedLines.filter(
    ({ user_username, project_path }) => user_username === 'isolheim' && project_path === 'nordlicht/signal',
  )
  assert.ok(ofOne.length > 0 && ofOne.length < all.length)
  const found = await asked('--project', 'nordlicht/signal', '--user', 'isolheim', '--since', '1h', '--json')
  assert.deepEqual(
    found.map((line) => JSON.parse(line)),
    ofOne,
  )
  assert.deepEqual(await asked('--user', 'nobody'), [])
  assert.match(
    String((await asked('--project', '15'))[0]),
    / isolheim {2}nordlicht\/signal {2}refs\/heads\/main /,
  )
})
