import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitUntilReady } from '../../../../local/process/wait-until-ready.ts'
import { fakeChild } from '../../../helpers/process/fake-child.ts'

const refused = () => Promise.reject(new Error('connection refused'))

test('the probe is repeated until it succeeds', async () => {
  let attempts = 0
  const probe = async () => {
    if (++attempts < 3) throw new Error('not yet')
  }
  await waitUntilReady(fakeChild('kafka'), probe, { logFile: 'kafka.log' })
  assert.equal(attempts, 3)
})

test('if the child ends first, the error says how it ended and names its log', async () => {
  const child = fakeChild('kafka', Promise.resolve({ code: 1, signal: null }))
  await assert.rejects(
    waitUntilReady(child, refused, { logFile: 'kafka.log' }),
    /^Error: kafka ended \(code 1\) before it was ready\. Its log is kafka\.log$/,
  )
})

test('a child that is not ready in time is killed, and the error gives the last reason', async () => {
  const signals: string[] = []
  const child = fakeChild('kafka', undefined, (signal) => void signals.push(signal))
  await assert.rejects(
    waitUntilReady(child, refused, { logFile: 'kafka.log', timeoutMs: -1 }),
    /^Error: kafka was not ready within .* s \(connection refused\)\. Its log is kafka\.log$/,
  )
  assert.deepEqual(signals, ['SIGKILL'])
})
