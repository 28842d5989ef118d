import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLargeBody } from '../../../../ingress/record/large-body.ts'
import { fixtures } from '../../../helpers/records/samples.ts'

test('a body over 256 KB is large, and so is a smaller one that takes long to parse', () => {
  assert.ok(isLargeBody(Buffer.alloc(256 * 1024 + 1, ' ')))
  assert.ok(isLargeBody(Buffer.from(`{"commits":[${'{},'.repeat(30_000)}{}]}`)))
  assert.ok(isLargeBody(Buffer.from(`${'['.repeat(101)}${' '.repeat(32 * 1024)}`)))
})

test('usual bodies are not large', () => {
  for (const { name, body } of fixtures) assert.ok(!isLargeBody(body), name)
  const commit = { id: 'a'.repeat(40), message: 'Mend the door', added: ['a/b.ts'], author: { name: 'Ada' } }
  const push = Buffer.from(JSON.stringify({ object_kind: 'push', commits: Array(1800).fill(commit) }))
  assert.ok(push.length > 200_000 && !isLargeBody(push))
  assert.ok(!isLargeBody(Buffer.from('['.repeat(16_000) + ']'.repeat(16_000))))
})
