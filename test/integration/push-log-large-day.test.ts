// A day with many pushes. BRIDGE_TEST_SOAK=1 makes it a million, and BRIDGE_TEST_LINES any number.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openPushFiles } from '../../consumers/push-author-log/files/push-files.ts'
import { watchMemory } from '../helpers/process/watch-memory.ts'

const isFull = process.env.BRIDGE_TEST_SOAK === '1'
const lines = Number(process.env.BRIDGE_TEST_LINES ?? (isFull ? 1_000_000 : 20_000))
const maxMegabytes = 200
// The promise is one second on a machine that does nothing else. Short runs share theirs with other tests.
const maxAnswerMs = isFull ? 1000 : 10_000
const folder = await mkdtemp(join(tmpdir(), 'bridge-pushes-'))
after(() => rm(folder, { recursive: true, force: true }))

const program = fileURLToPath(new URL('../helpers/faults/append-large-day.ts', import.meta.url))
const bridge = fileURLToPath(new URL('../../cli/bridge.ts', import.meta.url))

test('the worker takes less than 200 MB for all lines of one day', async (t) => {
  const child = spawn(process.execPath, ['--max-semi-space-size=8', program, folder, String(lines)], {
    stdio: 'inherit',
  })
  const memory = watchMemory(child.pid ?? 0)
  const [code] = await once(child, 'exit')
  const megabytes = memory.stop()
  assert.equal(code, 0)
  t.diagnostic(`${lines} lines: ${megabytes} MB at most`)
  assert.ok(megabytes < maxMegabytes, `${megabytes} MB`)
})

/** How long `bridge pushes` takes, from the start of its process to its end. The best of three. */
const answerMs = async (): Promise<number> => {
  const times: number[] = []
  for (let round = 0; round < 3; round++) {
    const startedAt = performance.now()
    const args = [bridge, 'pushes', '--folder', folder, '--project', 'group/project-7', '--last']
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: {} })
    times.push(performance.now() - startedAt)
    assert.match(stdout, /isolheim {2}group\/project-7 {2}refs\/heads\//)
  }
  return Math.min(...times)
}

test('`bridge pushes --project` answers in less than a second, from the day that is written', async (t) => {
  const ms = await answerMs()
  t.diagnostic(`${lines} lines: ${Math.round(ms)} ms`)
  assert.ok(ms < maxAnswerMs, `${ms} ms`)
})

test('and from the day that is closed and compressed', async (t) => {
  const files = await openPushFiles(folder)
  await files.keepUp(Date.now())
  await files.close()
  const ms = await answerMs()
  t.diagnostic(`${lines} lines: ${Math.round(ms)} ms`)
  assert.ok(ms < maxAnswerMs, `${ms} ms`)
})
