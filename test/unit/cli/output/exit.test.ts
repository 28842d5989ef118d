import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'

const module = new URL('../../../../cli/output/exit.ts', import.meta.url)

/** Runs a command that prints without end, and stops reading its output after the first line. */
const printing = async (command: string) => {
  const script = `
    const { exitOnClosedStdout } = await import(${JSON.stringify(module.href)})
    exitOnClosedStdout(${JSON.stringify(command)})
    let failed = 0
    process.stdout.on('error', () => { if (++failed === 3) { console.error('goes on'); process.exit(7) } })
    setInterval(() => process.stdout.write('line\\n'), 5)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const ended = once(child, 'close')
  await once(createInterface(child.stdout), 'line')
  child.stdout.destroy()
  const [code] = (await ended) as [number]
  return { code, stderr }
}

test('a command that only prints exits quietly when nobody reads its output any more', async () => {
  assert.deepEqual(await printing('tail'), { code: 0, stderr: '' })
})

test('servers and commands that change something continue when nobody reads their output', async () => {
  for (const command of ['redrive', 'ingress'])
    assert.deepEqual(await printing(command), { code: 7, stderr: 'goes on\n' }, command)
})
