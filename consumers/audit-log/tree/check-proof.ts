import { emptyRoot, hashNode } from './hashing.ts'

/** A tree as a checkpoint names it. */
export interface TreeHead {
  size: number
  root: Buffer
}

/**
 * Whether the proof shows that the leaf is in the tree.
 * https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2
 */
export const isIncluded = (
  leafHash: Buffer,
  index: number,
  { size, root }: TreeHead,
  proof: readonly Buffer[],
): boolean => {
  if (index < 0 || index >= size) return false
  let [node, last, hash] = [index, size - 1, leafHash]
  for (const neighbour of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = hashNode(neighbour, hash)
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      hash = hashNode(hash, neighbour)
    }
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && hash.equals(root)
}

/**
 * Whether the proof shows that the new tree begins with all leaves of the old one.
 * https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4.2
 */
export const isExtension = (old: TreeHead, current: TreeHead, proof: readonly Buffer[]): boolean => {
  if (old.size > current.size) return false
  if (old.size === current.size) return proof.length === 0 && old.root.equals(current.root)
  if (old.size === 0) return proof.length === 0 && old.root.equals(emptyRoot)
  const hashes = isPowerOfTwo(old.size) ? [old.root, ...proof] : [...proof]
  const first = hashes.shift()
  if (first === undefined) return false
  let [node, last] = [old.size - 1, current.size - 1]
  while (node % 2 === 1) [node, last] = [half(node), half(last)]
  let [oldHash, hash] = [first, first]
  for (const neighbour of hashes) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      oldHash = hashNode(neighbour, oldHash)
      hash = hashNode(neighbour, hash)
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      hash = hashNode(hash, neighbour)
    }
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && oldHash.equals(old.root) && hash.equals(current.root)
}

const half = (count: number): number => Math.floor(count / 2)

const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count))
