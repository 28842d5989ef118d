import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { test } from 'node:test'
import { processStart } from '../../../../lib/process-table.ts'
import { createChildProcesses } from '../../../../local/process/child-processes.ts'
import { endOrphans } from '../../../../local/process/end-orphans.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

const idle = 'setInterval(() => {}, 1000)'
const options = (name: string, script: string, output: (line: string) => void = () => {}) => ({
  name,
  command: execPath,
  args: ['-e', script],
  env: {},
  cwd: '/',
  output,
  stopSignal: 'SIGTERM' as const,
})

test('children are stopped group after group', async (t) => {
  const childProcesses = await createChildProcesses(join(await temporaryFolder(t), 'run'))
  const order: string[] = []
  for (const name of ['kafka', 'ingress']) {
    const child = await childProcesses.start(options(name, idle))
    void child.exited.then(() => order.push(name))
  }
  await childProcesses.close([
    { names: ['ingress'], graceMs: 5000 },
    { names: ['kafka', 'unknown'], graceMs: 5000 },
  ])
  assert.deepEqual(order, ['ingress', 'kafka'])
})

test('a child that ignores the stop signal is killed', async (t) => {
  const childProcesses = await createChildProcesses(join(await temporaryFolder(t), 'run'))
  const ready = Promise.withResolvers<void>()
  const stubborn = await childProcesses.start(
    options('stubborn', `process.on('SIGTERM', () => {}); console.log('ready'); ${idle}`, () =>
      ready.resolve(),
    ),
  )
  await ready.promise
  await childProcesses.close([{ names: ['stubborn'], graceMs: 50 }])
  assert.equal((await stubborn.exited).signal, 'SIGKILL')
})

test('a child has exited only when everything that it wrote has been read', async (t) => {
  const childProcesses = await createChildProcesses(join(await temporaryFolder(t), 'run'))
  const lines: string[] = []
  const late = await childProcesses.start({
    ...options('late', '', (line) => lines.push(line)),
    command: '/bin/sh',
    args: ['-c', 'echo first; (/bin/sleep 0.3; echo last) & exit 3'],
  })
  assert.deepEqual(await late.exited, { code: 3, signal: null })
  assert.deepEqual(lines, ['first', 'last'])
})

test('a frozen child can be stopped', async (t) => {
  const childProcesses = await createChildProcesses(join(await temporaryFolder(t), 'run'))
  const frozen = await childProcesses.start(options('frozen', idle))
  frozen.kill('SIGSTOP')
  await frozen.stop(10_000)
  assert.equal((await frozen.exited).signal, 'SIGTERM')
})

test('after closing, no child can be started', async (t) => {
  const childProcesses = await createChildProcesses(join(await temporaryFolder(t), 'run'))
  await childProcesses.close([])
  await assert.rejects(childProcesses.start(options('late', idle)), /late was not started/)
})

test('output arrives line by line', async (t) => {
  const childProcesses = await createChildProcesses(join(await temporaryFolder(t), 'run'))
  const lines: string[] = []
  const done = Promise.withResolvers<void>()
  const output = (line: string) => lines.push(line) === 2 && done.resolve()
  await childProcesses.start(options('talker', "process.stdout.write('one\\ntwo\\n')", output))
  await done.promise
  assert.deepEqual(lines, ['one', 'two'])
})

test('orphans of an earlier supervisor are ended, but not another process with a reused pid', async (t) => {
  const runFolder = join(await temporaryFolder(t), 'run')
  await mkdir(runFolder)
  const left = spawn(execPath, ['-e', idle], { stdio: 'ignore' })
  const other = spawn(execPath, ['-e', idle], { stdio: 'ignore' })
  t.after(() => other.kill('SIGKILL'))
  const note = (pid: number | undefined, started: string | undefined) =>
    JSON.stringify({ pid, started, stopSignal: 'SIGTERM' })
  await writeFile(join(runFolder, 'left.json'), note(left.pid, processStart(left.pid ?? 0)))
  await writeFile(join(runFolder, 'other.json'), note(other.pid, 'some other time'))
  await endOrphans(runFolder, 10_000)
  assert.equal(processStart(left.pid ?? 0), undefined)
  assert.notEqual(processStart(other.pid ?? 0), undefined)
  assert.deepEqual(await readdir(runFolder), [])
})
