import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../helpers/process/eventually.ts'
import { post, pushOf, sample } from '../helpers/records/hooks.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('push-author-log')
await stack.setUp()
const { hookUrl } = await stack.startIngress()
const folder = await stack.temporaryFolder()
/** The session is the shortest that brokers allow: the group waits that long for a worker that was killed. */
const workerEnv = { PUSH_AUTHOR_LOG_DIR: folder, CONSUMER_SESSION_SECONDS: '6' }
const startWorker = () => stack.startReady(['consumer', 'push-author-log'], workerEnv)

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

/** Pushes of one millisecond have no order of their own. */
const byTimeAndRef = (lines: readonly Line[]) => {
  const keyOf = ({ pushed_at, ref, delivery_id }: Line) => `${pushed_at} ${ref} ${delivery_id}`
  return lines.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)))
}

const env = { PUSH_AUTHOR_LOG_DIR: folder, KAFKA_BROKERS: '', SCHEMA_REGISTRY_URL: '' }
const asked = async (...args: string[]) => {
  const { exited, lines } = await stack.start(['pushes', ...args], env)
  await exited
  return lines
}
const askedLines = async (...args: string[]) =>
  (await asked(...args, '--json')).map((line) => JSON.parse(line) as Line)

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
    suspected_test: false,
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

test('neither a record that is delivered again nor a hook that GitLab sends again adds a line', async () => {
  await worker.stop(10_000)
  const before = linesWritten()
  await stack.rewind('push-author-log')
  worker = await startWorker()
  await post(hookUrl, sample('push'), { 'idempotency-key': 'a-push' })
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
  assert.deepEqual(linesWritten(), before)
})

test('SIGTERM while events arrive loses no line and doubles none', async () => {
  await worker.stop(10_000)
  const ids = Array.from({ length: 1000 }, (_, number) => `stream-${number}`)
  const postAll = async () => {
    for (let start = 0; start < ids.length; start += 20)
      await Promise.all(
        ids
          .slice(start, start + 20)
          .map((id, index) => post(hookUrl, pushOf(1000 + start + index), { 'idempotency-key': id })),
      )
  }
  const streamed = () => linesWritten().filter(({ delivery_id }) => delivery_id.startsWith('stream-'))
  worker = await startWorker()
  const posted = postAll()
  await eventually(() => assert.ok(streamed().length > 10))
  await worker.stop(20_000)
  const { code } = await worker.exited
  assert.equal(code, 0)
  assert.ok(streamed().length < ids.length, 'it was stopped in the middle')
  await posted

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

test('a rebuild writes again what is missing, also when it is killed in the middle', async () => {
  const before = await askedLines()
  for (const name of readdirSync(folder)) if (name.startsWith('2')) rmSync(join(folder, name))
  await (await stack.start(['rebuild', 'push-author-log'])).exited
  worker = await startWorker()
  await eventually(() => assert.ok(linesWritten().length > 10))
  worker.kill('SIGKILL')
  await worker.exited
  worker = await startWorker()
  await eventually(async () => assert.deepEqual(byTimeAndRef(await askedLines()), byTimeAndRef(before)))
  await worker.stop(20_000)
})

test('`bridge pushes` reads the log while everything else is down, oldest push first', async () => {
  const all = await askedLines()
  // The file of a day has the lines in the order of the partitions, and the command sorts them.
  assert.deepEqual(
    all.map(({ pushed_at }) => pushed_at),
    linesWritten()
      .map(({ pushed_at }) => pushed_at)
      .sort(),
  )
  assert.deepEqual(byTimeAndRef(all), byTimeAndRef(linesWritten()))
  const ofOne = all.filter(({ delivery_id }) => !delivery_id.startsWith('stream-'))
  assert.ok(ofOne.length > 1 && ofOne.length < all.length)
  assert.deepEqual(await askedLines('--project', '15', '--user', 'isolheim', '--since', '1h'), ofOne)
  const [last, ...others] = await askedLines('--project', '15', '--ref', 'main', '--last')
  assert.deepEqual([last?.delivery_id, others], ['a-push', []])
  assert.deepEqual(await asked('--user', 'nobody'), [])
  assert.match(
    String((await asked('--project', '15'))[0]),
    / isolheim {2}nordlicht\/signal {2}refs\/heads\/main /,
  )
})
