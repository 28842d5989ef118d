import { emptyRoot, hashNode } from './hashing.ts'

/**
 * A tree that grows. It stores only the roots of its complete subtrees, the largest first: one for each
 * binary 1 of its size.
 */
export interface CompactRange {
  size: number
  roots: Buffer[]
}

export const emptyRange = (): CompactRange => ({ size: 0, roots: [] })

/** Receives every node that becomes complete. A node of level n covers 2^n leaves; level 0 is the leaf. */
export type OnNode = (level: number, index: number, hash: Buffer) => void

/** Adds a leaf hash to the tree. */
export const appendLeaf = (range: CompactRange, leafHash: Buffer, onNode?: OnNode): void => {
  let node = leafHash
  onNode?.(0, range.size, node)
  let [level, index] = [0, range.size]
  while (index % 2 === 1) {
    node = hashNode(range.roots.pop() ?? missing(range), node)
    level += 1
    index = (index - 1) / 2
    onNode?.(level, index, node)
  }
  range.roots.push(node)
  range.size += 1
}

/** The root of the whole tree, as RFC 6962 defines it. */
export const rootOf = ({ roots }: CompactRange): Buffer =>
  roots.length === 0 ? emptyRoot : roots.reduceRight((right, left) => hashNode(left, right))

const missing = ({ size }: CompactRange): never => {
  throw new Error(`the roots of the tree do not match its size ${size}`)
}
