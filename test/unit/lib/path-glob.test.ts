import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGlobMatcher, pathGlobPattern } from '../../../lib/path-glob.ts'

for (const [glob, text, expected] of [
  ['nordlicht/**', 'nordlicht/apps/signal', true],
  ['nordlicht/**', 'nordlicht', false],
  ['nordlicht/*', 'nordlicht/signal', true],
  ['nordlicht/*', 'nordlicht/apps/signal', false],
  ['*/*/signal', 'a/b/signal', true],
  ['*/signal', 'a/b/signal', false],
  ['**/signal', 'a/b/signal', true],
  ['Fix-*', 'fix-login', true],
  ['a.c', 'abc', false],
  ['*a*', 'bab', true],
  ['*a*', 'b/a', false],
  ['***', 'a/b', true],
  ['', '', true],
  ['', 'a', false],
] as const)
  test(`${glob || 'the empty glob'} ${expected ? 'matches' : 'does not match'} ${text || 'nothing'}`, () => {
    assert.equal(createGlobMatcher(glob)(text), expected)
    assert.equal(new RegExp(pathGlobPattern(glob)).test(text), expected)
  })

test('a long row of asterisks is one wildcard', () => {
  assert.equal(pathGlobPattern(`${'*'.repeat(290)}x`), '^.*x$')
})

test('a glob with several wildcards is compared with a long text part by part', () => {
  const matches = createGlobMatcher(`${'**a'.repeat(50)}b`)
  assert.equal(matches('a'.repeat(2000)), false)
  assert.equal(matches(`${'a'.repeat(2000)}b`), true)
})
