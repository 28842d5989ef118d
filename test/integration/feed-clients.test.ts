// The feed as others' clients read it: curl, sseclient-py, the package eventsource, and our example.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { EventSource } from 'eventsource'
import { messageOf } from '../../lib/errors.ts'
import { onLines } from '../../lib/on-lines.ts'
import { openFeedStack } from '../helpers/feed/start-feed.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { pythonWith } from '../helpers/process/python.ts'
import { readSeries } from '../helpers/process/read-series.ts'
import { post, pushOf } from '../helpers/records/hooks.ts'
import { withAdmin } from '../helpers/servers/with-admin.ts'

const { stack, ingress, url, startFeed, feed: first } = await openFeedStack('feed-clients')
let feed = first
const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const stream = `${url}/sse/push`
const stateFile = join(await stack.temporaryFolder(), 'state.json')

const push = async (mark: string) => {
  const { body } = await post(ingress.hookUrl, pushOf(15, { message: mark, ref: `refs/heads/${mark}` }))
  assert.equal(body.outcome, 'published')
}
/** A program, and the lines that it prints. */
const run = (command: string, args: string[], env: Record<string, string> = {}) => {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...env } })
  after(() => child.kill('SIGKILL'))
  const lines: string[] = []
  const problems: string[] = []
  onLines(child.stdout, (line) => lines.push(line))
  onLines(child.stderr, (line) => problems.push(line))
  return { lines, problems, kill: () => child.kill('SIGKILL') }
}
const waitForClients = (count: number) =>
  eventually(async () => assert.equal(await readSeries(feed.metricsUrl, 'event_feed_clients'), count))

const marksIn = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('data: {"object')).map((line) => JSON.parse(line.slice(6)).message)
const runExample = () =>
  run(process.execPath, [pathOf('../../examples/typescript/follow-feed.ts'), stateFile], {
    FEED_URL: `${stream}?shape=record`,
  })
const refsOf = ({ lines }: { lines: readonly string[] }) =>
  lines.map((line) => JSON.parse(line).ref.replace('refs/heads/', ''))

const skipOf = (reason: string | undefined) => (reason === undefined ? {} : { skip: reason })
const curlMissing = (() => {
  try {
    execFileSync('curl', ['--version'])
    return undefined
  } catch {
    return 'curl is not installed'
  }
})()
const python = await pythonWith(pathOf('../helpers/feed/sseclient-requirements.txt')).catch(
  (error: unknown) => ({ missing: `sseclient-py cannot be installed: ${messageOf(error).split('\n')[0]}` }),
)

test('curl prints events as they come', skipOf(curlMissing), async () => {
  const curl = run('curl', ['--no-buffer', '--silent', stream])
  await waitForClients(1)
  await push('for-curl')
  await eventually(() => assert.deepEqual(marksIn(curl.lines), ['for-curl']))
  assert.ok(curl.lines.some((line) => /^retry: \d{4}$/.test(line)))
  curl.kill()
  await waitForClients(0)
})

const pythonSkip = skipOf(typeof python === 'string' ? undefined : python.missing)
test('sseclient-py reads events with their ids, and text of any language', pythonSkip, async () => {
  const client = run(String(python), [pathOf('../helpers/feed/read_feed.py'), stream])
  await waitForClients(1)
  await push('größe-月')
  const [line] = await eventually(() => {
    assert.equal(client.lines.length, 1, client.problems.join('\n'))
    return client.lines
  })
  const { event, data, id } = JSON.parse(line ?? '')
  assert.deepEqual([event, JSON.parse(data).message], ['push', 'größe-月'])
  assert.match(id, /^[\w-]{20,100}$/)
  client.kill()
  await waitForClients(0)
})

test('eventsource and our example continue by themselves, and are told what is gone', async () => {
  const source = new EventSource(stream)
  after(() => source.close())
  const seen: [event: string, data: string][] = []
  for (const event of ['push', 'resumed', 'reset'])
    source.addEventListener(event, ({ data }) => seen.push([event, String(data)]))
  const example = runExample()
  await waitForClients(2)
  await push('before')
  await eventually(() => assert.deepEqual(refsOf(example), ['before']))
  await eventually(() => assert.equal(seen.length, 1))
  feed.kill('SIGKILL')
  await push('deleted')
  await withAdmin(stack.kafka, async (admin) => {
    const topic = stack.names.topic('push')
    const partitions = await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions })
  })
  await push('after')
  feed = await startFeed()
  await eventually(() => assert.deepEqual(refsOf(example), ['before', 'after']), 60_000)
  assert.match(example.problems.join('\n'), /missing: \{"missing":\[\{"topic":".*gitlab\.push"/)
  await eventually(() => assert.equal(seen.length, 4), 60_000)
  assert.deepEqual(
    seen.map(([event, data]) => (event === 'push' ? JSON.parse(data).message : event)),
    ['before', 'resumed', 'reset', 'after'],
  )

  example.kill()
  await push('while-away')
  const again = runExample()
  await eventually(() => assert.deepEqual(refsOf(again), ['while-away']), 60_000)
})
