// docs/moving.md, step by step: an old receiver behind the bridge, and what replaces it.
// The hash of Redis and the key of Consul are files, which the programs `redis-cli` and `consul` of this test
// read.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { auditLog } from '../../consumers/audit-log/audit-log.ts'
import type { Consumer } from '../../consumers/consumer.ts'
import { hookForwarder } from '../../consumers/hook-forwarder/hook-forwarder.ts'
import { projectDirectory } from '../../consumers/project-directory/project-directory.ts'
import { pushAuthorLog } from '../../consumers/push-author-log/push-author-log.ts'
import { startChild } from '../../local/process/child.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { freePorts } from '../helpers/process/free-ports.ts'
import { startWorkerInProcess } from '../helpers/process/worker-in-process.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { openPageBlocks } from '../helpers/records/run-blocks.ts'
import { startServers } from '../helpers/servers/servers.ts'
import { openStack, withRole } from '../helpers/servers/stack.ts'

const stack = await openStack('moving')
const servers = await startServers(['postgres']) // The directory must not know the projects of other tests.
after(() => servers.remove())
const databases = {
  DATABASE_URL: servers.databaseUrl,
  AUDIT_LOG_DATABASE_URL: withRole(servers.databaseUrl, 'audit_log', 'audit-log-password'),
}
await stack.setUp(databases)
const folder = await stack.temporaryFolder()
const [directoryPort = 0, feedPort = 0] = await freePorts(2)
const env = {
  ...stack.env,
  ...databases,
  PROJECT_DIRECTORY_PORT: `${directoryPort}`,
  EVENT_FEED_PORT: `${feedPort}`,
}

/** The old receiver, and its port. */
const startOldReceiver = async (): Promise<string> => {
  const lines: string[] = []
  const receiver = await startChild({
    name: 'old receiver',
    command: 'python3',
    args: [
      fileURLToPath(new URL('../helpers/servers/old_receiver.py', import.meta.url)),
      folder,
      'old-token',
    ],
    env: { PATH: process.env.PATH },
    cwd: folder,
    output: (line) => void lines.push(line),
    stopSignal: 'SIGTERM',
  })
  after(() => receiver.stop(5000))
  return await eventually(() => {
    assert.match(String(lines[0]), /^\d+$/, lines.join('\n'))
    return String(lines[0])
  })
}

const receiverPort = await startOldReceiver()
const printKey = (file: string) =>
  `exec python3 -c 'import json, sys; print(json.load(open("${file}"))[sys.argv[1]])'`
const page = await openPageBlocks({
  page: 'docs/moving.md',
  folder,
  env,
  replaced: {
    '127.0.0.1:5000': `127.0.0.1:${receiverPort}`,
    '127.0.0.1:8091': `127.0.0.1:${directoryPort}`,
    '127.0.0.1:8090': `127.0.0.1:${feedPort}`,
  },
  programs: {
    'redis-cli': `shift 2; ${printKey('redis.json')} "$@"`, // hget projects <project>
    consul: `shift 2; ${printKey('consul.json')} "$@"`, // kv get <key>
  },
})
const inFolder = (name: string) => join(folder, name)
const write = (name: string, text: string) => writeFileSync(inFolder(name), text, { mode: 0o600 })
const linesOf = (printed: string) => printed.trimEnd().split('\n')

write('old-receiver.token', 'old-token\n')
write('routes.yaml', page.textOf('routes'))
write('phabricator.token', 'api-abcdefghijklmnopqrstuvwxyz01\n')
write('phabricator.yaml', page.textOf('phabricator'))

process.chdir(folder) // The forwarder runs in this process, and finds `old-receiver.token` in its folder.
const { hookUrl } = await stack.startIngress()
const feed = await stack.startReady(['consumer', 'event-feed'], env)
const workers = [auditLog, pushAuthorLog, projectDirectory, hookForwarder] as unknown as Consumer[]
for (const worker of workers) {
  const running = await startWorkerInProcess(stack, worker, {
    ...env,
    ROUTES_FILE: inFolder('routes.yaml'),
  })
  after(() => running.stop())
}
const push = sample('push')

test('1 and 2: the old receiver is behind the bridge, with the token that it expects', async () => {
  assert.match(await page.run('check'), /ROUTES_FILE/)
})

test('3: a hook that goes to the bridge reaches the old receiver as GitLab sent it', async () => {
  const { status } = await post(hookUrl, push, { 'x-gitlab-event': 'Push Hook' })
  assert.ok(status === 200 || status === 202, String(status)) // A slow machine spools the first hook.
  await eventually(() => {
    const [line = ''] = readFileSync(inFolder('old-receiver.log'), 'utf8').split('\n')
    assert.deepEqual(JSON.parse(line), JSON.parse(push.toString()))
  })
})

test('4: both give the same answers', async () => {
  const bothSay = async (block: string, compare: (old: string, ours: string) => void) =>
    await eventually(async () => {
      const [old = '', ...ours] = linesOf(await page.run(block))
      compare(old, ours.join('\n'))
    })
  await bothSay('group', (old, ours) => assert.deepEqual([old, ours], ['nordlicht', 'nordlicht']))
  await bothSay('pusher', (old, ours) => {
    const { user_username, project_path } = JSON.parse(ours)
    assert.deepEqual([user_username, project_path], [old, 'nordlicht/signal'])
  })
  await bothSay('printed', (old, ours) => {
    const [record = '', row = ''] = ours.split('\n')
    assert.deepEqual(JSON.parse(JSON.parse(record).value.raw), JSON.parse(old))
    assert.equal(JSON.parse(row).user_username, JSON.parse(old).user_username)
  })
})

test('6: nothing waits for the old receiver any more', async () => {
  await eventually(async () => assert.match(await page.run('off'), /old-receiver\b.*\b0\b/))
})

test('the settings of gitlab-webhooks have the places that the table names', async () => {
  const printed = await page.run('wikimedia')
  assert.match(printed, /LOG_LEVEL +debug/)
  assert.match(printed, /ROUTES_FILE +phabricator\.yaml/)
  assert.doesNotMatch(printed, /FAULT/)
})

test('a file gets one line for each event, with its body', async () => {
  await post(hookUrl, sample('tag_push'), { 'x-gitlab-event': 'Tag Push Hook' })
  await page.run('log')
  const lines = linesOf(readFileSync(inFolder('events.ndjson'), 'utf8')).map((line) => JSON.parse(line))
  assert.equal(lines.length, 2)
  for (const { value } of lines) assert.equal(JSON.parse(value.raw).object_kind, value.delivery.event_type)
})

test('/sse/ has the body of GitLab under the name of the event', async () => {
  await feed.eventually(async () => {
    await page.run('feed')
    const stream = readFileSync(inFolder('stream.txt'), 'utf8')
    assert.match(stream, /^event: push$/m)
    // Each line of the body is a line of the event.
    const data = /^event: push\n((?:data: ?.*\n)+)/m.exec(stream)?.[1] ?? ''
    assert.equal(data.replaceAll(/^data: ?/gm, '').trimEnd(), push.toString().trimEnd())
  })
  const url = `http://127.0.0.1:${feedPort}/sse/push`
  const foreign = await fetch(url, { headers: { 'last-event-id': '[{"topic":"x","offset":4}]' } })
  assert.equal(foreign.status, 400)
})

test('every shell block of the page has been run', () => {
  assert.deepEqual(page.notRun(), [])
})
