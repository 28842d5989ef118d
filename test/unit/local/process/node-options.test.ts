import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { allocatorEnvironment, nodeFlags } from '../../../../local/process/node-options.ts'

const linesOf = (file: string) =>
  readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8').split('\n')
const allocator = Object.entries(allocatorEnvironment)
  .map(([name, value]) => `${name}=${value}`)
  .join(' ')

test('`npx bridge` has the same options as the processes of `npm start`', () => {
  assert.equal(linesOf('cli/bridge.ts')[0], `#!/usr/bin/env -S ${allocator} node ${nodeFlags.join(' ')}`)
})

test('the container image has the same options', () => {
  const lines = linesOf('Dockerfile')
  assert.ok(lines.includes(`exec node ${nodeFlags.join(' ')} "$@"`))
  assert.ok(lines.includes(`ENV ${allocator}`))
})
