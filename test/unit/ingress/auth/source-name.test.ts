import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultSourceName, isSourceName } from '../../../../ingress/auth/source-name.ts'

test('a source name has up to 63 lower-case letters, digits, _ and -', () => {
  for (const name of [defaultSourceName, 'a', '0', 'acme_2-b', 'a'.repeat(63)])
    assert.ok(isSourceName(name), name)
  for (const name of ['', 'Acme', '-a', '_a', 'a/b', 'a b', 'ä', '__proto__', 'a\n', 'a'.repeat(64)])
    assert.ok(!isSourceName(name), name)
})
