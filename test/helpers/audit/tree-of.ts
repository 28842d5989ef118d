import { appendLeaf, type CompactRange, emptyRange } from '../../../consumers/audit-log/tree/compact-range.ts'
import { hashLeaf, hashNode } from '../../../consumers/audit-log/tree/hashing.ts'
import type { ReadTile } from '../../../consumers/audit-log/tree/subtree.ts'
import { tileHeight, tileWidth } from '../../../consumers/audit-log/tree/tile.ts'

/** A tree with all its nodes, for tests. */
export interface TestTree {
  leaves: Buffer[]
  range: CompactRange
  readTile: ReadTile
}

/** The tree with the leaves `leaf 0`, `leaf 1` and so on. */
export const treeOf = (size: number): TestTree => {
  const leaves = Array.from({ length: size }, (_, index) => Buffer.from(`leaf ${index}`))
  const nodes = new Map<string, Buffer>()
  const range = emptyRange()
  for (const leaf of leaves)
    appendLeaf(range, hashLeaf(leaf), (level, index, hash) => nodes.set(`${level}/${index}`, hash))
  const readTile: ReadTile = async ({ level, index, width }) =>
    Buffer.concat(
      Array.from({ length: width }, (_, entry) => {
        const node = nodes.get(`${level * tileHeight}/${index * tileWidth + entry}`)
        if (node === undefined) throw new Error(`the tree has no node ${level}/${index}/${entry}`)
        return node
      }),
    )
  return { leaves, range, readTile }
}

/** The root by the definition in RFC 6962, without any of our shortcuts. */
export const rootByDefinition = (leaves: readonly Buffer[]): Buffer => {
  const [only] = leaves
  if (leaves.length === 1 && only !== undefined) return hashLeaf(only)
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return hashNode(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)))
}
