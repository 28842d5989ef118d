import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processCpuMs } from '../../../lib/process-table.ts'

test('the CPU time of a process is that which it counts itself', {
  skip: process.platform !== 'linux',
}, () => {
  const end = process.cpuUsage().user + 200_000
  while (process.cpuUsage().user < end) JSON.parse('[1,2,3]')
  const { user, system } = process.cpuUsage()
  const difference = Number(processCpuMs(process.pid)) - (user + system) / 1000
  assert.ok(Math.abs(difference) < 150, `${difference} ms`)
})

test('of a process that does not exist no CPU time is known', () => {
  assert.equal(processCpuMs(2 ** 30), undefined)
})
