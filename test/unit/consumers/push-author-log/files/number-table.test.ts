import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNumberTable } from '../../../../../consumers/push-author-log/files/number-table.ts'

test('a table knows the last pair of every key and nothing else', () => {
  const table = createNumberTable()
  for (let number = 0; number < 50_000; number++) {
    assert.equal(table.get(`key-${number}`), undefined)
    table.set(`key-${number}`, [1, 1])
    table.set(`key-${number}`, [number, 2 ** 32 - 1 - number])
  }
  for (let number = 0; number < 50_000; number++)
    assert.deepEqual(table.get(`key-${number}`), [number, 2 ** 32 - 1 - number])
  for (const other of ['', 'key-', 'key-50000', 'Key-1']) assert.equal(table.get(other), undefined)
})

test('a hundred thousand keys take less than 3 MB', () => {
  const table = createNumberTable()
  for (let number = 0; number < 100_000; number++) table.set(`${number}`, [number, 0])
  assert.ok(table.bytes() < 3e6, `${table.bytes()} bytes`)
})

test('a table with a limit forgets what was not used for longest', () => {
  const table = createNumberTable(1000)
  table.set('hot', [7, 7])
  for (let number = 0; number < 10_000; number++) {
    table.set(`${number}`, [number, 0])
    assert.deepEqual(table.get('hot'), [7, 7])
  }
  for (let number = 9600; number < 10_000; number++) assert.deepEqual(table.get(`${number}`), [number, 0])
  assert.equal(table.get('8000'), undefined)
  assert.ok(table.bytes() < 100_000, `${table.bytes()} bytes`)
})
