import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysAfter, keysBefore, signKeyChange } from '../../../../../consumers/audit-log/note/key-change.ts'
import { generateSignerKey, readSignerKey } from '../../../../../consumers/audit-log/note/signer-key.ts'
import { readVerifierKey } from '../../../../../consumers/audit-log/note/verifier-key.ts'

const keyOf = (name: string) => readSignerKey(generateSignerKey(name))
const first = keyOf('first')
const second = keyOf('second')
const third = keyOf('third')
const stranger = keyOf('stranger')

const changes = [
  signKeyChange('log', second, third.verifierKey),
  signKeyChange('log', first, second.verifierKey),
]
const verifier = ({ verifierKey }: { verifierKey: string }) => readVerifierKey(verifierKey)
const names = (keys: readonly { name: string }[]) => keys.map(({ name }) => name)

test('a key is followed to its successors and back to its predecessors', () => {
  assert.deepEqual(names(keysAfter(verifier(first), changes)), ['first', 'second', 'third'])
  assert.deepEqual(names(keysBefore(verifier(third), changes)), ['third', 'second', 'first'])
  assert.deepEqual(names(keysAfter(verifier(third), changes)), ['third'])
})

test('a change that the old key has not signed, or that is of another log, says nothing', () => {
  const forged = { ...JSON.parse(signKeyChange('log', stranger, third.verifierKey)), old: first.verifierKey }
  const moved = { ...JSON.parse(signKeyChange('log', first, second.verifierKey)), origin: 'other' }
  const contents = [JSON.stringify(forged), JSON.stringify(moved), 'no JSON', '{}']
  assert.deepEqual(names(keysAfter(verifier(first), contents)), ['first'])
})
