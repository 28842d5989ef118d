import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { printPushes } from '../../../../../cli/pushes/print-pushes.ts'
import { createConsulCopy } from '../../../../../consumers/push-author-log/copies/consul-copy.ts'
import { createConsulKv } from '../../../../../consumers/push-author-log/copies/consul-kv.ts'
import { type Copy, startCopyLoop } from '../../../../../consumers/push-author-log/copies/copy-loop.ts'
import { createDirectoryCopy } from '../../../../../consumers/push-author-log/copies/directory-copy.ts'
import { openPushFiles } from '../../../../../consumers/push-author-log/files/push-files.ts'
import type { PushLine } from '../../../../../consumers/push-author-log/push-line.ts'
import { eventually } from '../../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'
import { linesOfMoves, pushLine } from '../../../../helpers/records/push-lines.ts'
import { startFakeConsul } from '../../../../helpers/servers/fake-consul.ts'

const token = 'a-token'
const signal = new AbortController().signal
const hourMs = 60 * 60 * 1000
const mainKey = 'gitlab/pushes/nordlicht/signal/refs/heads/main'

const openLog = async (t: TestContext) => {
  const folder = await temporaryFolder(t)
  const files = await openPushFiles(folder)
  t.after(() => files.close())
  const closeDays = () => files.keepUp(Date.now() + hourMs)
  return { folder, append: files.append, closeDays }
}

const openDirectoryCopy = async (t: TestContext, folder: string, target = '') => {
  const path = target || (await temporaryFolder(t))
  const copy = createDirectoryCopy(folder, path, undefined)
  t.after(() => copy.close())
  return { path, copy, update: () => copy.update(signal) }
}

const pushesIn = async (...folder: string[]) => {
  const printed: PushLine[] = []
  const print = (text: string) => void printed.push(JSON.parse(text) as PushLine)
  await printPushes({ folder, json: true }, {}, print, assert.fail)
  return printed
}

test('a copy in another folder answers like the log, also after days are closed', async (t) => {
  const { folder, append, closeDays } = await openLog(t)
  const { path, update } = await openDirectoryCopy(t, folder)
  const [first, second, third] = linesOfMoves('A B, B C, C D')
  assert.ok(first && second && third)
  await append([first, ...linesOfMoves('A B', { source: 'group' })])
  await update()
  await append([second])
  await update()
  assert.deepEqual(await pushesIn(path), [first, second])
  await append([third])
  await closeDays()
  await update()
  assert.deepEqual(await pushesIn(path), [first, second, third])
  await append(linesOfMoves('D E', {}, 9))
  await update()
  assert.deepEqual(await pushesIn(path), await pushesIn(folder))
})

test('a copy that begins later receives the whole log, and what the log loses stays in it', async (t) => {
  const { folder, append, closeDays } = await openLog(t)
  await append(linesOfMoves('A B, B C'))
  await closeDays()
  await append(linesOfMoves('C D', { pushed_at: '2026-06-05T10:00:00.000Z' }))
  const { path, update, copy } = await openDirectoryCopy(t, folder)
  await update()
  const before = await pushesIn(folder)
  assert.equal(before.length, 3)
  assert.deepEqual(await pushesIn(path), before)
  for (const name of readdirSync(folder)) if (name.startsWith('2')) rmSync(join(folder, name))
  await append(linesOfMoves('D E', { pushed_at: '2026-06-05T11:00:00.000Z' }))
  await update()
  assert.equal((await pushesIn(path)).length, 4)

  await copy.close()
  for (const name of readdirSync(path)) if (name.startsWith('2')) appendFileSync(join(path, name), '{"torn')
  const again = await openDirectoryCopy(t, folder, path)
  await append(linesOfMoves('E F', { pushed_at: '2026-06-05T12:00:00.000Z' }))
  await again.update()
  assert.equal((await pushesIn(path)).length, 5)
})

test('the days of a copy are closed as well', async (t) => {
  const { folder, append } = await openLog(t)
  const { path, update } = await openDirectoryCopy(t, folder)
  await append([pushLine()])
  await update()
  const seconds = Date.now() / 1000 - 3600
  utimesSync(join(path, '2026-06-01.ndjson'), seconds, seconds)
  await update()
  assert.ok(readdirSync(path).includes('2026-06-01.ndjson.zst'))
  assert.deepEqual(await pushesIn(path), [pushLine()])
})

test('a folder that another copy uses, or that cannot be used, fails with a sentence', async (t) => {
  const { folder, append } = await openLog(t)
  await append([pushLine()])
  const { path, update } = await openDirectoryCopy(t, folder)
  await update()
  const other = await openDirectoryCopy(t, folder, path)
  await assert.rejects(other.update(), { message: `process ${process.pid} writes to ${path}` })
  const file = join(await temporaryFolder(t), 'file')
  writeFileSync(file, '')
  const impossible = await openDirectoryCopy(t, folder, join(file, 'folder'))
  await assert.rejects(impossible.update(), { code: 'ENOTDIR' })
})

test('Consul has the last pusher of each branch and tag, in whatever order the hooks arrive', async (t) => {
  const { folder, append } = await openLog(t)
  const consul = await startFakeConsul(t, token)
  const copy = createConsulCopy(folder, createConsulKv(`${consul.url}/`, token))
  const lastOf = (key = mainKey) => (JSON.parse(consul.values.get(key) ?? 'null') as PushLine | null)?.after
  const [one, two, three] = linesOfMoves('A B, B C, C D')
  assert.ok(one && two && three)
  await append([two])
  await copy.update(signal)
  assert.equal(lastOf(), 'C')
  await append([one])
  await copy.update(signal)
  assert.equal(lastOf(), 'C', 'an older push that comes later is not the last one')
  const odd = 'refs/heads/feature/#1 50%?'
  await append([
    three,
    ...linesOfMoves('0000 X', { ref: odd }),
    ...linesOfMoves('C D', { user_id: 9, suspected_test: true, ref: 'refs/heads/tested' }, 20),
    ...linesOfMoves('C E', { source: 'sample' }, 30),
  ])
  await copy.update(signal)
  assert.deepEqual([lastOf(), lastOf(mainKey.replace('refs/heads/main', odd))], ['D', 'X'])
  assert.equal(consul.values.size, 2, 'neither tests nor invented pushes are there')
  assert.deepEqual(JSON.parse(consul.values.get(mainKey) ?? ''), three)
})

test('what Consul missed while it was down is sent later, also when the day was closed', async (t) => {
  const { folder, append, closeDays } = await openLog(t)
  const consul = await startFakeConsul(t, token)
  const copy = () => createConsulCopy(folder, createConsulKv(consul.url, token)).update(signal)
  await append(linesOfMoves('A B'))
  await copy()
  const { puts } = consul
  await copy()
  assert.equal(consul.puts, puts, 'what is there is not sent again')
  await append(linesOfMoves('B C', {}, 1))
  consul.state = 'answers 500'
  await assert.rejects(copy(), /^Error: Consul answers GET .* with 500: No cluster leader$/)
  await append(linesOfMoves('0000 X', { ref: 'refs/tags/v1' }, 2))
  await closeDays()
  consul.state = 'cuts the connection after it has stored'
  await assert.rejects(copy())
  consul.state = 'works'
  await copy()
  assert.deepEqual(
    [...consul.values].map(([key, value]) => [key, (JSON.parse(value) as PushLine).after]),
    [
      [mainKey, 'C'],
      [mainKey.replace('heads/main', 'tags/v1'), 'X'],
    ],
  )
})

test('a wrong token is named by what Consul answers, and never appears in the error', async (t) => {
  const consul = await startFakeConsul(t, token)
  const asked = createConsulKv(consul.url, 'a-secret').get('key', signal)
  await assert.rejects(asked, { message: 'Consul answers GET key with 403: Permission denied' })
})

test('a failing copy is tried again, is logged once, and does not affect another copy', async () => {
  const { logger, lines } = recordingLogger()
  let attempts = 0
  const updated: string[] = []
  const failing: Copy = {
    kind: 'consul',
    target: 'Consul',
    update: async () => {
      attempts += 1
      if (attempts < 3) throw new Error('it is down')
      updated.push('failing')
    },
    close: async () => undefined,
  }
  const working: Copy = {
    ...failing,
    kind: 'directory',
    target: 'a folder',
    update: async () => void updated.push('working'),
  }
  const measured: string[] = []
  const metrics = {
    succeeded: (kind: Copy['kind']) => void measured.push(`${kind} succeeded`),
    failed: (kind: Copy['kind']) => void measured.push(`${kind} failed`),
  }
  const loops = [failing, working].map((copy) => startCopyLoop(copy, logger, metrics))
  await eventually(() => assert.deepEqual(updated.toSorted(), ['failing', 'working']))
  for (const loop of loops) await loop.stop()
  assert.deepEqual(
    lines.map(({ message }) => message),
    [
      'the push log cannot be copied to Consul, this is tried again',
      'the push log is copied to Consul again',
    ],
  )
  const ofConsul = ['consul failed', 'consul failed', 'consul succeeded']
  assert.deepEqual(measured.toSorted(), [...ofConsul, 'directory succeeded'])
})
