import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDecoys } from '../../../../ingress/auth/decoys.ts'
import { createSource, findMatch, isEqual } from '../../../../ingress/auth/source.ts'

const source = createSource('berlin', {
  secret_tokens: ['x', 'a-long-secret-token-of-more-than-32-bytes'],
  signing_tokens: ['whsec_MDEyMzQ1Njc4OWFiY2RlZg=='],
  require_signature: false,
  allowed_cidrs: ['10.0.0.0/8'],
  instance: 'https://git.example',
})

test('a decoy has the checks and the number of credentials of a source, and the given name', () => {
  const decoy = createDecoys([source])('paris')
  assert.equal(decoy.name, 'paris')
  assert.ok(decoy.isDecoy && !source.isDecoy)
  assert.equal(decoy.accepts, source.accepts)
  assert.equal(decoy.allowedAddresses, source.allowedAddresses)
  assert.deepEqual([decoy.secrets.length, decoy.signingKeys.length], [2, 1])
})

test('no credential of a source opens its decoy, and none is short enough to be guessed', () => {
  const decoy = createDecoys([source])('paris')
  const credentials = [...decoy.secrets, ...decoy.signingKeys]
  for (const { bytes } of credentials) assert.ok(bytes.length >= 32, `${bytes.length} bytes`)
  for (const { bytes: given } of [...source.secrets, ...source.signingKeys])
    assert.equal(
      findMatch(credentials, (bytes) => isEqual(bytes, given)),
      undefined,
    )
})

test('without any source a decoy has no credentials at all', () => {
  const decoy = createDecoys([])('paris')
  assert.deepEqual([decoy.isDecoy, decoy.accepts, decoy.secrets, decoy.signingKeys], [true, 'token', [], []])
})

test('which source a name copies depends on the credentials, and is the same in every process', () => {
  const copiesWith = (token: string) => {
    const other = createSource('munich', {
      secret_tokens: [token],
      signing_tokens: [],
      require_signature: false,
      allowed_cidrs: [],
    })
    const decoyOf = createDecoys([source, other])
    return Array.from({ length: 40 }, (_, number) => decoyOf(`name-${number}`).label).join(' ')
  }
  assert.equal(copiesWith('one token'), copiesWith('one token'))
  assert.notEqual(copiesWith('one token'), copiesWith('another token'))
})
