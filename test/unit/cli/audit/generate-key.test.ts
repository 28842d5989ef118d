import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKey } from '../../../../cli/audit/generate-key.ts'
import { readSignerKey } from '../../../../consumers/audit-log/note/signer-key.ts'

test('a generated key is one that the worker reads, and each is another one', () => {
  const [one, other] = [generateKey('audit.example.com'), generateKey('audit.example.com')]
  assert.notEqual(one, other)
  assert.equal(readSignerKey(`${one}\n`).name, 'audit.example.com')
})

test('a name that a signature cannot have is refused', () => {
  for (const name of ['', 'two words', 'a+b'])
    assert.throws(() => generateKey(name), /cannot name a key/, name)
})
