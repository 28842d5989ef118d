// The memory of the worker push-author-log while it writes a million pushes of one day.
import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { allocatorEnvironment } from '../../local/process/node-options.ts'
import { watchMemory } from '../helpers/process/watch-memory.ts'
import { publishPushes } from '../helpers/records/publish-pushes.ts'
import { openStack } from '../helpers/servers/stack.ts'

const pushes = Number(process.env.BRIDGE_TEST_LINES ?? 1_000_000)
const maxMegabytes = 200
const maxMinutes = 60
const dayMs = 24 * 60 * 60 * 1000

const stack = await openStack('push-log-memory')
await stack.setUp()

const countLines = async (path: string): Promise<number> => {
  let lines = 0
  for await (const line of createInterface(createReadStream(path))) lines += line === '' ? 0 : 1
  return lines
}

test(`the worker takes less than ${maxMegabytes} MB for ${pushes} pushes of one day`, async (t) => {
  const day = new Date(Date.now() - dayMs).toISOString().slice(0, 10)
  const begin = Date.parse(day)
  await publishPushes(stack, pushes, {
    projects: 1000,
    receivedAt: (index) => begin + Math.floor((index * dayMs) / pushes),
  })
  const folder = await stack.temporaryFolder()
  const env = { ...allocatorEnvironment, PUSH_AUTHOR_LOG_DIR: folder }
  const worker = await stack.startReady(['consumer', 'push-author-log'], env)
  const memory = watchMemory(worker.pid ?? 0)
  const path = join(folder, `${day}.ndjson`)
  const end = Date.now() + maxMinutes * 60_000
  while ((await countLines(path).catch(() => 0)) < pushes && Date.now() < end) await sleep(5000)
  const megabytes = memory.stop()
  t.diagnostic(`${pushes} pushes: ${megabytes} MB at most`)
  assert.equal(await countLines(path), pushes)
  assert.ok(megabytes < maxMegabytes, `${megabytes} MB`)
})
