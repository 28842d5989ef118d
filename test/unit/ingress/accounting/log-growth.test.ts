import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createLogGrowth } from '../../../../ingress/accounting/log-growth.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { waitUntil } from '../../../helpers/process/wait-until.ts'

/** A log of two partitions, and processes that count what it acknowledges. */
const open = (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'growth-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'acknowledged.json')
  const log = { id: 'first', ends: [100, 50], readings: 0 }
  /** One process, from its start to its end. It writes `acknowledge` records, less those that are lost. */
  const run = async (acknowledge: number, lost = 0, ending: 'stop' | 'kill' = 'stop') => {
    const { logger, lines } = recordingLogger()
    let acknowledged = 0
    const growth = createLogGrowth({
      file,
      topics: ['gitlab.push'],
      acknowledged: async () => new Map([['gitlab.push', acknowledged]]),
      openOffsets: async () => ({
        topicIds: async () => new Map([['gitlab.push', log.id]]),
        ends: async () => {
          log.readings += 1
          return log.ends.map((high, partition) => ({
            ...{ topic: 'gitlab.push', partition, low: 0, high, leader: 1 },
          }))
        },
        close: async () => undefined,
      }),
      logger,
    })
    const before = log.readings
    growth.start()
    await waitUntil(() => log.readings > before)
    await waitUntil(() => readable(file))
    acknowledged += acknowledge
    log.ends[1] = (log.ends[1] ?? 0) + acknowledge - lost
    if (ending === 'stop') await growth.stop()
    return { residue: growth.residue(), lines }
  }
  return { run, log, file }
}

const readable = (file: string): boolean => {
  try {
    return readFileSync(file, 'utf8') !== ''
  } catch {
    return false
  }
}

test('a log that grows by what was acknowledged, or by more, has lost nothing', async (t) => {
  const { run, log } = open(t)
  assert.equal((await run(7)).residue, 0)
  log.ends[0] = 130
  assert.equal((await run(5)).residue, 0)
})

test('an acknowledged record that is not in the log is missing, and its topic is told', async (t) => {
  const { run } = open(t)
  const { residue, lines } = await run(7, 1)
  assert.equal(residue, 1)
  const told = lines.find(({ level }) => level === 'error')
  assert.deepEqual(told?.fields, { topic: 'gitlab.push', records: 1 })
})

test('the next process still misses it, and finds what was lost while none ran', async (t) => {
  const { run, log } = open(t)
  await run(7, 1)
  assert.equal((await run(4)).residue, 1)
  log.ends = [100, 50]
  assert.equal((await run(0)).residue, 11)
})

test('a process that was killed has counted too little, and never raises a false alarm', async (t) => {
  const { run } = open(t)
  await run(7)
  await run(9, 0, 'kill')
  assert.equal((await run(3)).residue, 0)
})

test('a topic that was created again is counted from its new beginning', async (t) => {
  const { run, log } = open(t)
  await run(7)
  log.id = 'second'
  log.ends = [0, 0]
  assert.equal((await run(5)).residue, 0)
  assert.equal((await run(5, 2)).residue, 2)
})

test('a file that cannot be read is told, and counting begins anew', async (t) => {
  const { run, file } = open(t)
  await run(7, 1)
  writeFileSync(file, '{"gitlab.push": 7}')
  const { residue, lines } = await run(3)
  assert.equal(residue, 0)
  assert.match(String(lines.find(({ level }) => level === 'warn')?.message), /begins anew/)
})
