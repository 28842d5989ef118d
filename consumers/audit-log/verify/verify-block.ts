import { type FieldGroup, fieldGroups } from '../leaf/commitment.ts'
import { appendLeaf, emptyRange, rootOf } from '../tree/compact-range.ts'
import { hashLeaf, hashSize } from '../tree/hashing.ts'
import { tileWidth } from '../tree/tile.ts'
import type { Absences } from './absences.ts'
import type { Fault } from './fault.ts'
import { recomputeLeaf } from './recompute-leaf.ts'
import { describeRow, type StoredLeaf } from './stored-leaf.ts'

/** A leaf whose row does not have the hash that the tree has. */
export interface Mismatch {
  index: number
  row: string
  /** The hash that the tree has, in base64. */
  expected: string
  /** The hash of the stored values, in base64. */
  found: string
  detail: string
}

/** The hashes that the tree has for a block. */
export interface TileHashes {
  tile: Buffer
  /** The hash of the tile in the level above; undefined for a partial tile. */
  parent: Buffer | undefined
}

export interface BlockResult {
  /** The root over the hashes that the block has in the tree. */
  root: Buffer
  faults: Fault[]
  mismatches: Mismatch[]
}

/**
 * Compares the leaves of one tile with the hashes of the tree.
 *
 * @param leaves what the database has for the places of the tile, in any number
 * @param absences what is no longer stored, as the log says
 */
export const verifyBlock = (
  block: number,
  leaves: readonly StoredLeaf[],
  { tile, parent }: TileHashes,
  absences: Absences,
): BlockResult => {
  const first = block * tileWidth
  const faults: Fault[] = []
  const mismatches: Mismatch[] = []
  const byIndex = Map.groupBy(leaves, (leaf) => leaf.index ?? leaf.eventIndex ?? first)
  const expected = chooseHashes(tile, parent, first, byIndex)
  for (const [offset, hash] of expected.entries()) {
    const index = first + offset
    const found = byIndex.get(index) ?? []
    byIndex.delete(index)
    verifyPlace({ index, expected: hash, absences }, found, faults, mismatches)
  }
  for (const [index, others] of byIndex)
    for (const leaf of others)
      faults.push({ kind: 'inserted', index, row: describeRow(leaf), detail: 'the tree has no leaf for it' })
  return { root: rootOver(expected), faults, mismatches }
}

interface Place {
  index: number
  expected: Buffer
  absences: Absences
}

const verifyPlace = (
  { index, expected, absences }: Place,
  found: readonly StoredLeaf[],
  faults: Fault[],
  mismatches: Mismatch[],
) => {
  const candidates = found.map((stored) => {
    const { leaf, edited, erased } = recomputeLeaf(stored)
    return { leaf: stored, hash: leaf && hashLeaf(leaf), edited, erased }
  })
  const own = candidates.find(({ hash }) => hash?.equals(expected)) ?? candidates[0]
  for (const { leaf } of candidates)
    if (leaf !== own?.leaf)
      faults.push({ kind: 'inserted', index, row: describeRow(leaf), detail: 'another row has its place' })
  if (own?.hash === undefined) {
    if (absences.dropped.has(index) && own?.leaf.hash?.equals(expected)) return
    const row = own === undefined ? `leaf ${index}` : describeRow(own.leaf) || `leaf ${index}`
    faults.push({ kind: 'removed', index, row, detail: 'the tree has its leaf, and the row is gone' })
    return
  }
  const row = describeRow(own.leaf)
  const unnamed = own.erased.filter((group) => !absences.erased[group].has(index))
  if (unnamed.length > 0)
    faults.push({ kind: 'erased', index, row, detail: `no erasure names it: ${unnamed.join(', ')}` })
  const returned = own.leaf.has.event ? returnedGroups(index, own, absences) : []
  if (returned.length > 0)
    faults.push({ kind: 'returned', index, row, detail: `an erasure took its ${returned.join(', ')}` })
  if (!own.hash.equals(expected)) {
    const detail = own.edited.length > 0 ? own.edited.join(', ') : 'values, or all hashes beside them'
    mismatches.push({ index, row, expected: base64(expected), found: base64(own.hash), detail })
  } else if (own.edited.length > 0) {
    faults.push({ kind: 'edited', index, row, detail: `its commitment: ${own.edited.join(', ')}` })
  } else if (!own.leaf.hash?.equals(expected)) {
    faults.push({ kind: 'edited', index, row, detail: 'its hash in audit_log.leaves' })
  } else if (!own.leaf.isSamePlace) {
    faults.push({ kind: 'edited', index, row, detail: 'its place in Kafka in audit_log.leaves' })
  }
}

/** The groups that an erasure took from the row and that have a salt or a value again. */
const returnedGroups = (
  index: number,
  { erased, edited }: { erased: readonly FieldGroup[]; edited: readonly FieldGroup[] },
  absences: Absences,
): FieldGroup[] =>
  (Object.keys(fieldGroups) as FieldGroup[]).filter(
    (group) => absences.erased[group].has(index) && (!erased.includes(group) || edited.includes(group)),
  )

const base64 = (hash: Buffer): string => hash.toString('base64')

/**
 * The hashes of the leaves. Where the tile itself was edited, the hashes in audit_log.leaves may still be
 * those that the level above covers.
 */
const chooseHashes = (
  tile: Buffer,
  parent: Buffer | undefined,
  first: number,
  byIndex: ReadonlyMap<number, readonly StoredLeaf[]>,
): Buffer[] => {
  const ofTile = Array.from({ length: tile.length / hashSize }, (_, at) =>
    tile.subarray(at * hashSize, (at + 1) * hashSize),
  )
  if (parent === undefined || rootOver(ofTile).equals(parent)) return ofTile
  const ofLeaves = Array.from(
    { length: tileWidth },
    (_, at) => byIndex.get(first + at)?.[0]?.hash ?? ofTile[at] ?? Buffer.alloc(hashSize),
  )
  return rootOver(ofLeaves).equals(parent) ? ofLeaves : ofTile
}

const rootOver = (hashes: readonly Buffer[]): Buffer => {
  const range = emptyRange()
  for (const hash of hashes) appendLeaf(range, hash)
  return rootOf(range)
}
