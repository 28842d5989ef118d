import { hashRange, type Range, type ReadTile } from './subtree.ts'

/**
 * The hashes that prove that a leaf is in a tree: those of the neighbours on the way from the leaf to the
 * root. https://www.rfc-editor.org/rfc/rfc6962#section-2.1.1
 *
 * @throws RangeError if the tree has no such leaf
 */
export const proveInclusion = (index: number, size: number, readTile: ReadTile): Promise<Buffer[]> => {
  if (index < 0 || index >= size) throw new RangeError(`a tree of size ${size} has no leaf ${index}`)
  return hashAll(inclusionRanges(index, { start: 0, end: size }), size, readTile)
}

/**
 * The hashes that prove that a tree begins with all leaves of an older tree. There are none if one of them is
 * empty or if both have the same size. https://www.rfc-editor.org/rfc/rfc6962#section-2.1.2
 *
 * @throws RangeError if the old tree is larger
 */
export const proveConsistency = (oldSize: number, size: number, readTile: ReadTile): Promise<Buffer[]> => {
  if (oldSize > size) throw new RangeError(`a tree of size ${oldSize} is no part of one of size ${size}`)
  if (oldSize === 0 || oldSize === size) return Promise.resolve([])
  return hashAll(consistencyRanges(oldSize, { start: 0, end: size }, true), size, readTile)
}

const hashAll = async (ranges: readonly Range[], size: number, readTile: ReadTile): Promise<Buffer[]> => {
  const hashes: Buffer[] = []
  for (const range of ranges) hashes.push(await hashRange(range, size, readTile))
  return hashes
}

const inclusionRanges = (index: number, { start, end }: Range): Range[] => {
  if (end - start === 1) return []
  const middle = start + largestPowerBelow(end - start)
  const [left, right] = [
    { start, end: middle },
    { start: middle, end },
  ]
  return index < middle ? [...inclusionRanges(index, left), right] : [...inclusionRanges(index, right), left]
}

/** @param isOldRoot whether the old tree covers the range from its start, so that its root is known */
const consistencyRanges = (oldSize: number, { start, end }: Range, isOldRoot: boolean): Range[] => {
  if (oldSize === end) return isOldRoot ? [] : [{ start, end }]
  const middle = start + largestPowerBelow(end - start)
  const [left, right] = [
    { start, end: middle },
    { start: middle, end },
  ]
  return oldSize <= middle
    ? [...consistencyRanges(oldSize, left, isOldRoot), right]
    : [...consistencyRanges(oldSize, right, false), left]
}

/** The largest power of two that is less than a number above 1. */
const largestPowerBelow = (count: number): number => {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}
