import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inspectSpool } from '../../../../cli/spool/inspect.ts'
import type { LogLine } from '../../../helpers/process/recording-logger.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

const program = fileURLToPath(
  new URL('../../../helpers/faults/append-without-descriptors.ts', import.meta.url),
)

test('hooks are kept while the process may open no more files, and this is logged', async (t) => {
  const folder = join(await temporaryFolder(t), 'spool')
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'ulimit -n 100; exec "$0" "$1" "$2"',
    execPath,
    program,
    folder,
  ])
  const { errors, lines, records } = JSON.parse(stdout) as {
    errors: string[]
    lines: LogLine[]
    records: number
  }
  assert.deepEqual([errors, records], [['EMFILE'], 7])
  assert.match(String(lines.find(({ level }) => level === 'warn')?.message), /open no more files.*ulimit -n/)
  const rows = await Array.fromAsync(inspectSpool({ INGRESS_SPOOL_DIR: folder }))
  assert.deepEqual(
    rows.map(({ id, state }) => [id, state]),
    ['a', 'b', 'c', 'd', 'e', 'f', 'f'].map((id) => [id, 'waiting']),
  )
})
