import { hashNode, hashSize } from './hashing.ts'
import { type Tile, tileHeight, tileOf, tileWidth } from './tile.ts'

/** The leaves from `start` up to, and without, `end`. */
export interface Range {
  start: number
  end: number
}

/**
 * Reads the hashes of a tile, one after the other. More bytes than the width of the tile needs are accepted.
 */
export type ReadTile = (tile: Tile) => Promise<Buffer>

/** The root of the subtree over some leaves, from the tiles of a tree with `size` leaves. */
export const hashRange = async (range: Range, size: number, readTile: ReadTile): Promise<Buffer> => {
  const nodes: Buffer[] = []
  for (const { level, index } of nodesOf(range)) nodes.push(await readNode(level, index, size, readTile))
  return nodes.reduceRight((right, left) => hashNode(left, right))
}

/** The largest complete nodes that cover the leaves, from left to right. */
function* nodesOf({ start, end }: Range): Generator<{ level: number; index: number }> {
  for (let from = start; from < end; ) {
    let level = 0
    while (from % 2 ** (level + 1) === 0 && from + 2 ** (level + 1) <= end) level += 1
    yield { level, index: from / 2 ** level }
    from += 2 ** level
  }
}

/** The hashes of a tile without what a later, wider version of it has behind them. */
export const hashesOf = (tile: Tile, bytes: Buffer): Buffer => {
  if (bytes.length < tile.width * hashSize)
    throw new Error(`the tile ${tile.level}/${tile.index} has fewer than ${tile.width} hashes`)
  return bytes.subarray(0, tile.width * hashSize)
}

const readNode = async (level: number, index: number, size: number, readTile: ReadTile) => {
  const tile = tileOf(level, index, size)
  const hashes = hashesOf(tile, await readTile(tile))
  const count = 2 ** (level % tileHeight)
  const first = (index * count) % tileWidth
  let nodes = Array.from({ length: count }, (_, offset) =>
    hashes.subarray((first + offset) * hashSize, (first + offset + 1) * hashSize),
  )
  while (nodes.length > 1) nodes = parentsOf(nodes)
  return nodes[0] as Buffer
}

const parentsOf = (nodes: readonly Buffer[]): Buffer[] => {
  const parents: Buffer[] = []
  for (let at = 0; at < nodes.length; at += 2)
    parents.push(hashNode(nodes[at] as Buffer, nodes[at + 1] as Buffer))
  return parents
}
