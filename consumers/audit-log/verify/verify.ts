import type { Connection, Pool } from '../../../lib/database.ts'
import type { SignedCheckpoint } from '../anchors/anchor.ts'
import { readHead } from '../store/read-head.ts'
import { createTileReader } from '../store/tile-reader.ts'
import { appendLeaf, type CompactRange, emptyRange, rootOf } from '../tree/compact-range.ts'
import { tileWidth } from '../tree/tile.ts'
import { absencesOf } from './absences.ts'
import { type Break, breaksOf } from './breaks.ts'
import type { Fault } from './fault.ts'
import { type Accounting, findGaps } from './find-gaps.ts'
import { nameMismatches } from './name-mismatches.ts'
import { findRowsWithoutLeaf } from './rows-without-leaf.ts'
import { countSaid, type Said } from './said.ts'
import { readStatements } from './statements.ts'
import { verifyUpperTiles } from './upper-tiles.ts'
import { verifyRanges } from './verify-ranges.ts'

export type { Break } from './breaks.ts'
export type { Fault, FaultKind } from './fault.ts'
export type { Accounting } from './find-gaps.ts'

/** Whether the log is the one that the anchor names. */
export type AnchorVerdict =
  | { kind: 'extends' }
  /** The log has another name. */
  | { kind: 'another log'; origin: string }
  /** The log has fewer leaves than the anchor. */
  | { kind: 'shorter'; missing: number }
  /** The hashes in the database are not those of the anchor. */
  | { kind: 'differs' }

export interface VerifyResult {
  /** The number of leaves in the database. */
  size: number
  /** How many of them the anchor does not cover yet. */
  notAnchored: number
  anchor: AnchorVerdict
  /** Whether the head in the database is that of its tiles. */
  isHeadSound: boolean
  faults: Fault[]
  /** Whether every offset has a leaf. An export does not say where the topics begin and end: undefined. */
  accounting: Accounting | undefined
  /** Where the log was rebuilt after a restore. An auditor has to accept each of them. */
  breaks: Break[]
  /** What the log says that its operators did to it. */
  said: Said
  /** Rows of an export that still have what was erased from the log after they were exported. */
  heldByExport: number
  /** Rows of an older version: proven from the time of the seal, not before. */
  sealed: number
}

/**
 * Recomputes every leaf from the stored values and compares them with the tiles, and the tiles with a
 * checkpoint from outside of the database.
 *
 * @param jobs how many ranges of rows are read at the same time
 */
export const verifyAuditLog = async (
  pool: Pool,
  anchor: SignedCheckpoint,
  jobs: number,
): Promise<VerifyResult> => {
  const readTile = createTileReader(pool)
  const { said, origin, range, blockRoots, anchoredRoot, faults, mismatches, accounting, breaks } =
    await inSnapshot(pool, async (snapshot, client) => {
      const head = await readHead(client)
      const accounting = await findGaps(client)
      const statements = await readStatements(client, 'erasure', 'dropped_month', 'key_change', 'epoch')
      const absences = absencesOf(statements)
      const range = { size: head.range.size, anchored: anchor.size, snapshot, absences }
      const ranges = await verifyRanges(pool, range, readTile, jobs)
      ranges.faults.push(...(await verifyUpperTiles(range.size, ranges.blockRoots, readTile)))
      return { ...head, ...ranges, accounting, breaks: breaksOf(statements), said: countSaid(statements) }
    })
  const rootAt = (size: number, last: Buffer | undefined) => {
    const complete = Math.floor(size / tileWidth)
    const upper = emptyRange()
    for (const root of blockRoots.slice(0, complete)) appendLeaf(upper, root)
    return size % tileWidth === 0 || last === undefined ? rootOf(upper) : joined(upper, last)
  }
  const verdict = (): AnchorVerdict => {
    const isOfOldLog = breaks.some(
      ({ oldOrigin, commonSize }) => oldOrigin === anchor.origin && anchor.size <= commonSize,
    )
    if (anchor.origin !== origin && !isOfOldLog) return { kind: 'another log', origin }
    if (anchor.size > range.size) return { kind: 'shorter', missing: anchor.size - range.size }
    return rootAt(anchor.size, anchoredRoot).equals(anchor.root) ? { kind: 'extends' } : { kind: 'differs' }
  }
  const withoutLeaf = await findRowsWithoutLeaf(pool)
  const all = [...faults, ...nameMismatches(mismatches), ...withoutLeaf]
  return {
    size: range.size,
    notAnchored: Math.max(0, range.size - anchor.size),
    anchor: verdict(),
    isHeadSound: rootAt(range.size, blockRoots.at(-1)).equals(rootOf(range)),
    faults: all.sort((one, other) => (one.index ?? 0) - (other.index ?? 0)),
    accounting,
    breaks,
    said,
    heldByExport: 0,
    sealed: await countSealed(pool),
  }
}

/** Gives the name of a snapshot of the database, in which other connections can read until this resolves. */
const inSnapshot = async <T>(
  pool: Pool,
  action: (snapshot: string, client: Connection) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect()
  try {
    await client.query('begin isolation level repeatable read, read only')
    const { rows } = await client.query<{ name: string }>('select pg_export_snapshot() as name')
    return await action(rows[0]?.name ?? '', client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** The root of a tree whose last tile is partial. */
const joined = (upper: CompactRange, last: Buffer): Buffer =>
  rootOf({ size: upper.size, roots: [...upper.roots, last] })

const countSealed = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ count: string }>('select count(*) from audit_log.leaves where kind = 5')
  return Number(rows[0]?.count ?? 0)
}
