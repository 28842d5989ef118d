import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tileOf, tilePath, tilesOf } from '../../../../../consumers/audit-log/tree/tile.ts'

test('the path of a tile is the one of C2SP tlog-tiles', () => {
  const paths = [
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 0, index: 1_234_067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 1, index: 1000, width: 5 }, 'tile/1/x001/000.p/5'],
    [{ level: 63, index: 999, width: 255 }, 'tile/63/999.p/255'],
  ] as const
  for (const [tile, path] of paths) assert.equal(tilePath(tile), path)
})

test('a tree has full tiles, and at most one partial tile in each level', () => {
  assert.deepEqual([...tilesOf(0)], [])
  assert.deepEqual([...tilesOf(1)].map(tilePath), ['tile/0/000.p/1'])
  assert.deepEqual([...tilesOf(256)].map(tilePath), ['tile/0/000', 'tile/1/000.p/1'])
  assert.deepEqual([...tilesOf(2 * 256 + 70)].map(tilePath), [
    'tile/0/000',
    'tile/0/001',
    'tile/0/002.p/70',
    'tile/1/000.p/2',
  ])
  const large = [...tilesOf(70_000)].map(tilePath)
  assert.deepEqual(large.slice(-4), ['tile/0/273.p/112', 'tile/1/000', 'tile/1/001.p/17', 'tile/2/000.p/1'])
})

test('a node is found in the tile that covers it', () => {
  assert.deepEqual(tileOf(0, 300, 70_000), { level: 0, index: 1, width: 256 })
  assert.deepEqual(tileOf(7, 3, 70_000), { level: 0, index: 1, width: 256 })
  assert.deepEqual(tileOf(8, 272, 70_000), { level: 1, index: 1, width: 17 })
  assert.deepEqual(tileOf(16, 0, 70_000), { level: 2, index: 0, width: 1 })
})
