import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback, reachable } from '../../../local/addresses.ts'

test('only addresses that other machines cannot reach are loopback', () => {
  assert.deepEqual(['127.0.0.1', '127.1.2.3', 'localhost', '::1'].map(isLoopback), [true, true, true, true])
  assert.deepEqual(['0.0.0.0', '::', '192.168.0.7', ''].map(isLoopback), [false, false, false, false])
})

test('a wildcard becomes the loopback address, and IPv6 is put in brackets', () => {
  assert.deepEqual(['0.0.0.0', '::', '192.168.0.7', '::1'].map(reachable), [
    '127.0.0.1',
    '127.0.0.1',
    '192.168.0.7',
    '[::1]',
  ])
})
