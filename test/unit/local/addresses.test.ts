import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback, reachable } from '../../../local/addresses.ts'

test('only addresses of this machine alone are loopback', () => {
  assert.deepEqual(['127.0.0.1', '127.1.2.3', 'localhost', '::1'].map(isLoopback), [true, true, true, true])
  assert.deepEqual(['0.0.0.0', '::', '192.168.0.7', ''].map(isLoopback), [false, false, false, false])
})

test('a wildcard is reached by the loopback address, and IPv6 is bracketed', () => {
  assert.deepEqual(['0.0.0.0', '::', '192.168.0.7', '::1'].map(reachable), [
    '127.0.0.1',
    '127.0.0.1',
    '192.168.0.7',
    '[::1]',
  ])
})
