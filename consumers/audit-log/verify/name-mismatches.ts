import type { Fault } from './fault.ts'
import type { Mismatch } from './verify-block.ts'

/**
 * Turns mismatches into faults. A row whose values have the hash of another place was moved: it is reordered.
 * Any other one was edited.
 */
export const nameMismatches = (mismatches: readonly Mismatch[]): Fault[] => {
  const placeOf = new Map(mismatches.map(({ expected, index }) => [expected, index]))
  return mismatches.map(({ index, row, found, detail }): Fault => {
    const own = placeOf.get(found)
    return own === undefined
      ? { kind: 'edited', index, row, detail }
      : { kind: 'reordered', index, row, detail: `its place in the tree is ${own}` }
  })
}
