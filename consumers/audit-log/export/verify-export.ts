import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { messageOf, UsageError } from '../../../lib/errors.ts'
import type { SignedCheckpoint } from '../anchors/anchor.ts'
import { appendLeaf, emptyRange, rootOf } from '../tree/compact-range.ts'
import { hashSize } from '../tree/hashing.ts'
import { tileWidth } from '../tree/tile.ts'
import { absencesOf } from '../verify/absences.ts'
import { breaksOf } from '../verify/breaks.ts'
import type { Fault } from '../verify/fault.ts'
import { nameMismatches } from '../verify/name-mismatches.ts'
import { countSaid } from '../verify/said.ts'
import type { Statement } from '../verify/statements.ts'
import { describeRow, type StoredLeaf } from '../verify/stored-leaf.ts'
import type { AnchorVerdict, VerifyResult } from '../verify/verify.ts'
import { type Mismatch, verifyBlock } from '../verify/verify-block.ts'
import { type ExportHeader, parseExportHeader } from './export-header.ts'
import { type ExportedLeaf, exportLeaf, importLeaf } from './exported-leaf.ts'

/**
 * Recomputes every leaf of an export and compares the whole with a checkpoint, without the database. The
 * first file must begin with the first leaf, and each other one where the one before it ends.
 *
 * @throws UsageError if a file is no export, or if files are missing
 */
export const verifyExport = async (
  paths: readonly string[],
  anchor: SignedCheckpoint,
): Promise<VerifyResult> => {
  const faults: Fault[] = []
  const mismatches: Mismatch[] = []
  const tree = emptyRange()
  let sealed = 0
  let rootAtAnchor = anchor.size === 0 ? rootOf(tree) : undefined
  let block: { leaves: StoredLeaf[]; hashes: Buffer[] } = { leaves: [], hashes: [] }

  const statements = await statementsIn(paths)
  const absences = absencesOf(statements)

  const finishBlock = () => {
    const at = Math.floor((tree.size - block.hashes.length) / tileWidth)
    const tile = { tile: Buffer.concat(block.hashes), width: block.hashes.length, parent: undefined }
    const found = verifyBlock(at, block.leaves, tile, absences)
    faults.push(...found.faults)
    mismatches.push(...found.mismatches)
    block = { leaves: [], hashes: [] }
  }
  const addHash = (hash: Buffer) => {
    block.hashes.push(hash)
    appendLeaf(tree, hash)
    if (tree.size === anchor.size) rootAtAnchor = rootOf(tree)
    if (tree.size % tileWidth === 0) finishBlock()
  }
  const addLeaf = (leaf: StoredLeaf, text: string) => {
    const index = leaf.index ?? 0
    faults.push(...lineFaults(leaf, text))
    if (index < tree.size) {
      const detail = 'its place is taken'
      faults.push({ kind: 'inserted', index, row: describeRow(leaf), detail })
      return
    }
    // Without the hash of a leaf that is gone, the tree cannot be that of the anchor any more.
    while (tree.size < index) addHash(Buffer.alloc(hashSize))
    if (leaf.kind === 'seal') sealed += 1
    block.leaves.push(leaf)
    addHash(leaf.hash?.length === hashSize ? leaf.hash : Buffer.alloc(hashSize))
  }

  const origins = new Set<string>()
  for (const path of paths)
    for await (const line of readExport(path)) {
      if (!('header' in line)) addLeaf(importLeaf(line.leaf), line.text)
      else {
        origins.add(line.header.origin)
        requireNext(line.header, tree.size, path)
      }
    }
  if (block.hashes.length > 0) finishBlock()
  const { held, others } = withoutReturned([...faults, ...nameMismatches(mismatches)])
  const breaks = breaksOf(statements)
  return {
    size: tree.size,
    notAnchored: Math.max(0, tree.size - anchor.size),
    anchor: verdictOf([...origins], { size: tree.size, breaks }, rootAtAnchor, anchor),
    isHeadSound: true,
    faults: others.sort((one, other) => (one.index ?? 0) - (other.index ?? 0)),
    accounting: undefined,
    breaks,
    said: countSaid(statements),
    heldByExport: held.length,
    sealed,
  }
}

/** A line may say nothing beyond what the hash of its leaf covers: a reader would take it for proven. */
const lineFaults = (leaf: StoredLeaf, text: string): Fault[] => {
  if (JSON.stringify(exportLeaf(leaf.tuple)) === text) return []
  const detail = 'its line has more than its hash covers, or is not written as the export writes it'
  return [{ kind: 'edited', index: leaf.index, row: describeRow(leaf), detail }]
}

/** A file from before an erasure has the values rightly. Whoever keeps the file has to delete it. */
const withoutReturned = (faults: readonly Fault[]): { held: Fault[]; others: Fault[] } => ({
  held: faults.filter(({ kind }) => kind === 'returned'),
  others: faults.filter(({ kind }) => kind !== 'returned'),
})

/** The statements of an export by which a signing key names the next one. */
export const keyChangesInExport = async (paths: readonly string[]): Promise<string[]> =>
  (await statementsIn(paths)).filter(({ kind }) => kind === 'key_change').map(({ content }) => content)

/** An erasure comes after the rows that it names, so the files are read for these statements first. */
const statementsIn = async (paths: readonly string[]): Promise<Statement[]> => {
  const statements: Statement[] = []
  for (const path of paths)
    for await (const line of readExport(path)) {
      if ('header' in line) continue
      const { index = 0, kind, content } = importLeaf(line.leaf)
      if (kind !== undefined && content !== null)
        statements.push({ index, kind, content: content.toString() })
    }
  return statements
}

const verdictOf = (
  origins: readonly string[],
  { size, breaks }: Pick<VerifyResult, 'size' | 'breaks'>,
  rootAtAnchor: Buffer | undefined,
  anchor: SignedCheckpoint,
): AnchorVerdict => {
  const isOfOldLog = breaks.some(
    ({ oldOrigin, commonSize }) => oldOrigin === anchor.origin && anchor.size <= commonSize,
  )
  const other = origins.find((origin) => origin !== anchor.origin && !isOfOldLog)
  if (other !== undefined) return { kind: 'another log', origin: other }
  if (rootAtAnchor === undefined) return { kind: 'shorter', missing: anchor.size - size }
  return rootAtAnchor.equals(anchor.root) ? { kind: 'extends' } : { kind: 'differs' }
}

const requireNext = ({ from }: ExportHeader, size: number, path: string) => {
  if (from > size)
    throw new UsageError(
      `${path} begins with the leaf ${from}, and the leaves from ${size} on are missing: ` +
        'name the files of the export in their order, from the first one on.',
    )
}

type Line = { header: ExportHeader } | { leaf: ExportedLeaf; text: string }

async function* readExport(path: string): AsyncGenerator<Line> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  let number = 0
  for await (const text of lines) {
    number += 1
    const value = parseLine(text, path, number)
    const header = parseExportHeader(value)
    if (header !== undefined) yield { header }
    else if (number === 1) throw noExport(path, number, 'it has no header')
    else yield { leaf: value as ExportedLeaf, text }
  }
  if (number === 0) throw noExport(path, 1, 'it is empty')
}

const parseLine = (text: string, path: string, number: number): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw noExport(path, number, messageOf(error))
  }
}

const noExport = (path: string, line: number, reason: string): UsageError =>
  new UsageError(
    `${path} line ${line}: this is no export of \`bridge audit export --format ndjson\`: ${reason}.`,
  )
