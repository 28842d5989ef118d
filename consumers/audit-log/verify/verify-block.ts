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
  /** As stored; shorter than `width` hashes where some are missing. */
  tile: Buffer
  /** How many leaves of the tree are in the tile. */
  width: number
  /** The hash of the tile in the level above; undefined for a partial tile. */
  parent: Buffer | undefined
}

export interface BlockResult {
  /** The hashes that the block has in the tree. */
  hashes: Buffer[]
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
  stored: TileHashes,
  absences: Absences,
): BlockResult => {
  const first = block * tileWidth
  const faults: Fault[] = []
  const mismatches: Mismatch[] = []
  const byIndex = Map.groupBy(leaves, (leaf) => leaf.index ?? leaf.eventIndex ?? first)
  const hashes = chooseHashes(stored, first, byIndex)
  for (const [offset, hash] of hashes.entries()) {
    const index = first + offset
    const found = byIndex.get(index) ?? []
    byIndex.delete(index)
    verifyPlace({ index, expected: hash, absences }, found, faults, mismatches)
  }
  faults.push(...tileFaults(first, hashes, stored.tile))
  for (const [index, others] of byIndex)
    for (const leaf of others)
      faults.push({ kind: 'inserted', index, row: describeRow(leaf), detail: 'the tree has no leaf for it' })
  return { hashes, faults, mismatches }
}

/** One fault for all hashes of a tile that are not those of the tree. */
const tileFaults = (first: number, hashes: readonly Buffer[], tile: Buffer): Fault[] => {
  const wrong = hashes.flatMap((hash, at) =>
    hash.equals(tile.subarray(at * hashSize, (at + 1) * hashSize)) ? [] : [first + at],
  )
  const [index] = wrong
  if (index === undefined) return []
  const row = wrong.length === 1 ? `leaf ${index}` : `${wrong.length} leaves up to ${wrong.at(-1)}`
  return [{ kind: 'edited', index, row, detail: 'hashes in audit_log.tiles' }]
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
  for (const { leaf } of candidates) {
    // Values of an event beside a leaf of another kind are in no hash.
    const isForged = leaf.has.event && leaf.kind !== 'event' && leaf.kind !== 'seal'
    if (leaf !== own?.leaf || isForged)
      faults.push({ kind: 'inserted', index, row: describeRow(leaf), detail: 'another row has its place' })
  }
  const row = rowOf(index, own?.leaf)
  if (own?.hash === undefined) {
    const isEvent = own?.leaf.kind === 'event' || own?.leaf.kind === 'seal'
    if (isEvent && absences.dropped.has(index) && own.leaf.hash?.equals(expected)) return
    faults.push({ kind: 'removed', index, row, detail: 'the tree has its leaf, and the row is gone' })
    return
  }
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
  } else if (!own.leaf.hasWholeTimes) {
    faults.push({ kind: 'edited', index, row, detail: 'a time has more than milliseconds' })
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

const rowOf = (index: number, leaf: StoredLeaf | undefined): string =>
  (leaf && describeRow(leaf)) || `leaf ${index}`

const base64 = (hash: Buffer): string => hash.toString('base64')

/**
 * The hashes of the leaves. Where the tile itself was edited, the hashes in audit_log.leaves may still be
 * those that the level above covers. They also take the place of hashes that the tile does not have.
 */
const chooseHashes = (
  { tile, width, parent }: TileHashes,
  first: number,
  byIndex: ReadonlyMap<number, readonly StoredLeaf[]>,
): Buffer[] => {
  const inTile = (at: number) =>
    tile.length < (at + 1) * hashSize ? undefined : tile.subarray(at * hashSize, (at + 1) * hashSize)
  const inLeaves = (at: number) => {
    const hash = byIndex.get(first + at)?.[0]?.hash
    return hash?.length === hashSize ? hash : undefined
  }
  const places = Array.from({ length: width }, (_, at) => at)
  const ofTile = places.map((at) => inTile(at) ?? inLeaves(at) ?? Buffer.alloc(hashSize))
  if (parent === undefined || rootOver(ofTile).equals(parent)) return ofTile
  const ofLeaves = places.map((at) => inLeaves(at) ?? inTile(at) ?? Buffer.alloc(hashSize))
  return rootOver(ofLeaves).equals(parent) ? ofLeaves : ofTile
}

export const rootOver = (hashes: readonly Buffer[]): Buffer => {
  const range = emptyRange()
  for (const hash of hashes) appendLeaf(range, hash)
  return rootOf(range)
}
