import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startAfterOrphans } from '../../../../local/postgres/start-after-orphans.ts'
import type { Exit } from '../../../../local/process/child.ts'
import { fakeChild } from '../../../helpers/process/fake-child.ts'

const options = { logFile: 'postgres.log', pauseMs: 1 }
const ends = (): Promise<Exit> => Promise.resolve({ code: 1, signal: null })

test('a server that finds old processes only after a while is started again', async () => {
  const running = fakeChild('postgres')
  const busy = sleep(400, { code: 1, signal: null })
  const children = [fakeChild('postgres', ends()), fakeChild('postgres', busy), running]
  let started = 0
  const start = async () => children[started++] ?? assert.fail()
  const probe = async () => {
    if (started < 3) throw new Error('connection refused')
  }
  assert.equal(await startAfterOrphans(start, probe, options), running)
  assert.equal(started, 3)
})

test('a server that never starts is given up, and the error names its log', async () => {
  let started = 0
  const start = async () => {
    started++
    return fakeChild('postgres', ends())
  }
  await assert.rejects(
    startAfterOrphans(start, () => Promise.reject(new Error('refused')), options),
    /^Error: postgres ended \(code 1\) before it was ready\. Its log is postgres\.log$/,
  )
  assert.equal(started, 20)
})

test('a start that throws is not repeated', async () => {
  const start = () => Promise.reject(new Error('no such program'))
  await assert.rejects(
    startAfterOrphans(start, async () => {}, options),
    /^Error: no such program$/,
  )
})
