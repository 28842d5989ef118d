import assert from 'node:assert/strict'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createKeySet } from '../../../../consumers/push-author-log/key-set.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

test('a set of keys knows what was added and nothing else', () => {
  const keys = createKeySet()
  for (let number = 0; number < 20_000; number++) {
    const key = `key-${number}`
    assert.ok(!keys.has(key))
    keys.add(key)
    keys.add(key)
  }
  for (let number = 0; number < 20_000; number++) assert.ok(keys.has(`key-${number}`))
  for (const other of ['', 'key-', 'key-20000', 'Key-1']) assert.ok(!keys.has(other))
})

test('a day of many lines is opened in a heap that could not hold them', async (t) => {
  const path = join(await temporaryFolder(t), '2026-06-01.ndjson')
  const file = openSync(path, 'w')
  const line = (number: number) => ({
    delivery_id: `8d3e61f2-5f7c-4a37-9c1e-${String(number).padStart(12, '0')}`,
    pushed_at: '2026-06-01T10:00:00.000Z',
    ref: 'refs/heads/main',
    user_name: 'Ingrid Solheim',
  })
  for (let start = 0; start < 200_000; start += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, index) => JSON.stringify(line(start + index)))
    writeSync(file, `${lines.join('\n')}\n`)
  }
  closeSync(file)
  const moduleOf = (name: string) => import.meta.resolve(`../../../../consumers/push-author-log/${name}.ts`)
  const worker = new Worker(
    `
      import { parentPort } from 'node:worker_threads'
      const { openDayFiles } = await import('${moduleOf('day-files')}')
      const { keyOfText } = await import('${moduleOf('push-line')}')
      const files = await openDayFiles(${JSON.stringify(join(path, '..'))}, keyOfText)
      const text = ${JSON.stringify(JSON.stringify(line(199_999)))}
      await files.append('2026-06-01', [{ key: keyOfText(text), text }])
      await files.close()
      parentPort.postMessage('opened')
    `,
    { eval: true, execArgv: ['--input-type=module'], resourceLimits: { maxOldGenerationSizeMb: 24 } },
  )
  const [answer] = await new Promise<unknown[]>((resolve, reject) => {
    worker.once('message', (...received) => resolve(received))
    worker.once('error', reject)
  })
  assert.equal(answer, 'opened')
})
