import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { processStart } from '../../../../lib/process-table.ts'

const moduleUrl = (name: string) => JSON.stringify(new URL(`../../../../local/${name}`, import.meta.url).href)

/** Starts a parent that starts an idle child in its way and prints its pid, kills the parent with -9, and returns the child's pid. */
const orphanedPid = async (startIdle: string): Promise<number> => {
  const parent = spawn(
    execPath,
    [
      '--input-type=module-typescript',
      '-e',
      `${startIdle}; console.log(child.pid); setInterval(() => {}, 1000)`,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string]
  const pid = Number(line)
  assert.notEqual(processStart(pid), undefined)
  parent.kill('SIGKILL')
  return pid
}

const untilGone = async (pid: number): Promise<void> => {
  while (processStart(pid) !== undefined) await pause(10)
}

test('a child ends when its parent is killed with -9', { timeout: 10_000 }, async () => {
  const pid = await orphanedPid(`
    const { startChild } = await import(${moduleUrl('process/child.ts')})
    const child = await startChild({ name: 'idle', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'],
      env: {}, cwd: '/', output: () => {}, stopSignal: 'SIGTERM' })`)
  await untilGone(pid)
})

test('so does one on a system without parent death signals', { timeout: 10_000 }, async () => {
  const pid = await orphanedPid(`
    const { spawn } = await import('node:child_process')
    const { startWatcher } = await import(${moduleUrl('process/kill-with-parent.ts')})
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
    startWatcher(child.pid, 'TERM')`)
  await untilGone(pid)
})
