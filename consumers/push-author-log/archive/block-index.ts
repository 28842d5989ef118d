import { hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'

/**
 * The index beside the file of a closed day: in which blocks the lines of a project or of a user are. A
 * question about a project then reads some blocks of a day, and not the day.
 *
 * The file holds, in numbers of little endian:
 * - 4 numbers of 32 bits: a magic number, and how many blocks, keys and entries there are
 * - for each block its place in the file, and at last the length of the file: 64 bits, floating
 * - for each key 8 bytes of its digest and the number of its first entry, sorted by digest
 * - for each entry the number of a block
 */
const magic = 0x49425047
const headerBytes = 16
const placeBytes = 8
const keyBytes = 12

/** Key → the blocks that have it, ascending. */
export type BlockKeys = ReadonlyMap<string, readonly number[]>

/** @param places of the blocks, and the length of the file */
export const encodeIndex = (places: readonly number[], keys: BlockKeys): Buffer => {
  const sorted = [...keys]
    .map(([key, blocks]) => ({ digest: digestOf(key), blocks }))
    .sort((one, other) => Buffer.compare(one.digest, other.digest))
  const entries = sorted.reduce((sum, { blocks }) => sum + blocks.length, 0)
  const bytes = Buffer.alloc(
    headerBytes + places.length * placeBytes + sorted.length * keyBytes + entries * 4,
  )
  let at = 0
  const write = (number: number) => {
    at = bytes.writeUInt32LE(number, at)
  }
  for (const number of [magic, places.length - 1, sorted.length, entries]) write(number)
  for (const place of places) at = bytes.writeDoubleLE(place, at)
  let first = 0
  for (const { digest, blocks } of sorted) {
    at += digest.copy(bytes, at)
    write(first)
    first += blocks.length
  }
  for (const { blocks } of sorted) for (const block of blocks) write(block)
  return bytes
}

/**
 * Finds the blocks that can hold lines with one of the keys.
 *
 * @param fileBytes the length of the file of the blocks
 * @returns their places, ascending; undefined if there is no index, or if it belongs to another file
 */
export const findBlocks = async (
  indexPath: string,
  fileBytes: number,
  keys: readonly string[],
): Promise<number[] | undefined> => {
  const file = await open(indexPath).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    return await searchIndex(file, fileBytes, keys)
  } finally {
    await file.close()
  }
}

const searchIndex = async (file: FileHandle, fileBytes: number, keys: readonly string[]) => {
  const header = await readAt(file, 0, headerBytes)
  if (header.length < headerBytes || header.readUInt32LE(0) !== magic) return undefined
  const [blocks, keyCount, entryCount] = [4, 8, 12].map((at) => header.readUInt32LE(at)) as [
    number,
    number,
    number,
  ]
  const placesLength = (blocks + 1) * placeBytes
  const keysAt = headerBytes + placesLength
  const entriesAt = keysAt + keyCount * keyBytes
  const table = await readAt(file, headerBytes, placesLength + keyCount * keyBytes)
  if (table.length < entriesAt - headerBytes || table.readDoubleLE(blocks * placeBytes) !== fileBytes)
    return undefined
  const found = new Set<number>()
  for (const key of keys) {
    const number = findKey(table.subarray(placesLength), keyCount, digestOf(key))
    if (number === undefined) continue
    const firstOf = (each: number) =>
      each === keyCount ? entryCount : table.readUInt32LE(placesLength + each * keyBytes + 8)
    const [first, end] = [firstOf(number), firstOf(number + 1)]
    const entries = await readAt(file, entriesAt + first * 4, (end - first) * 4)
    for (let at = 0; at < entries.length; at += 4) found.add(entries.readUInt32LE(at))
  }
  return [...found].sort((one, other) => one - other).map((block) => table.readDoubleLE(block * placeBytes))
}

/** Binary search. @returns the number of the key */
const findKey = (keys: Buffer, count: number, digest: Buffer): number | undefined => {
  let [low, high] = [0, count - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const order = digest.compare(keys, middle * keyBytes, middle * keyBytes + digest.length)
    if (order === 0) return middle
    if (order > 0) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

/** The bytes at a place, fewer at the end of the file. */
const readAt = async (file: FileHandle, at: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.allocUnsafe(length)
  const { bytesRead } = await file.read(bytes, 0, length, at)
  return bytes.subarray(0, bytesRead)
}

const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer').subarray(0, 8)
