import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { processStart } from '../../../../lib/process-table.ts'

const moduleUrl = (name: string) => JSON.stringify(new URL(`../../../../local/${name}`, import.meta.url).href)

/**
 * Starts a parent process that runs `startIdleChild` and prints the pid of the child. Then kills the parent.
 *
 * @returns the pid of the child
 */
const createOrphan = async (startIdleChild: string): Promise<number> => {
  const script = `
    const idle = 'setInterval(() => {}, 1000)'
    ${startIdleChild}
    console.log(child.pid)
    setInterval(() => {}, 1000)`
  const parent = spawn(execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string]
  const pid = Number(line)
  assert.notEqual(processStart(pid), undefined)
  parent.kill('SIGKILL')
  return pid
}

const untilGone = async (pid: number): Promise<void> => {
  while (processStart(pid) !== undefined) await pause(10)
}

test('a child ends when its parent is killed', { timeout: 60_000 }, async () => {
  const pid = await createOrphan(`
    const { startChild } = await import(${moduleUrl('process/child.ts')})
    const child = await startChild({
      name: 'idle',
      command: process.execPath,
      args: ['-e', idle],
      env: {},
      cwd: '/',
      output: () => {},
      stopSignal: 'SIGTERM',
    })`)
  await untilGone(pid)
})

test('a child ends when its parent is killed, also on a system without parent death signals', {
  timeout: 60_000,
}, async () => {
  const pid = await createOrphan(`
    const { spawn } = await import('node:child_process')
    const { startWatcher } = await import(${moduleUrl('process/kill-with-parent.ts')})
    const child = spawn(process.execPath, ['-e', idle], { detached: true, stdio: 'ignore' })
    startWatcher(child.pid, 'TERM')`)
  await untilGone(pid)
})
