import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { proveConsistency, proveInclusion } from '../../../consumers/audit-log/tree/prove.ts'
import { hashesOf, hashRange, type ReadTile } from '../../../consumers/audit-log/tree/subtree.ts'
import { tilePath, tilesOf } from '../../../consumers/audit-log/tree/tile.ts'

export interface WrittenLog {
  /** The signed checkpoint. */
  checkpoint: string
  verifierKey: string
  leafHashes: readonly Buffer[]
  readTile: ReadTile
  /** The leaves whose inclusion is proven, and the older sizes whose consistency is proven. */
  prove: { indexes: readonly number[]; sizes: readonly number[] }
}

/** Writes a log into a folder, in the form that test/integration/go/main.go verifies. */
export const writeLog = async (folder: string, log: WrittenLog): Promise<void> => {
  const { checkpoint, verifierKey, leafHashes, readTile, prove } = log
  const size = leafHashes.length
  const write = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  await write('checkpoint', checkpoint)
  await write('key', verifierKey)
  await write('leaves.json', JSON.stringify(inBase64(leafHashes)))
  for (const tile of tilesOf(size)) await write(tilePath(tile), hashesOf(tile, await readTile(tile)))
  const inclusion = prove.indexes.map(async (index) => ({
    index,
    proof: inBase64(await proveInclusion(index, size, readTile)),
  }))
  const consistency = prove.sizes.map(async (oldSize) => ({
    size: oldSize,
    root: (await hashRange({ start: 0, end: oldSize }, size, readTile)).toString('base64'),
    proof: inBase64(await proveConsistency(oldSize, size, readTile)),
  }))
  const proofs = { inclusion: await Promise.all(inclusion), consistency: await Promise.all(consistency) }
  await write('proofs.json', JSON.stringify(proofs))
}

const inBase64 = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('base64'))
