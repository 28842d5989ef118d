import { hash } from 'node:crypto'

/**
 * A set of texts that holds 12 bytes of the digest of each text: about 25 MB for a million texts. Among ten
 * million texts, the probability that two of them have equal digests is less than 1 to 10¹⁵.
 */
export interface KeySet {
  has(key: string): boolean
  add(key: string): void
}

/** How many numbers of 32 bits are kept of a digest. */
const words = 3
const firstCapacity = 1024
/** The table is enlarged when it is fuller than this. */
const maxFill = 0.7

export const createKeySet = (): KeySet => {
  // An open-addressing hash table. A slot whose numbers are all 0 is free.
  let capacity = firstCapacity
  let table = new Uint32Array(capacity * words)
  let size = 0

  /** Where the digest is, or the free slot where it belongs. */
  const slotOf = (digest: Digest): number => {
    const [one, two, three] = digest
    for (let slot = one % capacity; ; slot = (slot + 1) % capacity) {
      const at = slot * words
      if (isFree(table, at)) return at
      if (table[at] === one && table[at + 1] === two && table[at + 2] === three) return at
    }
  }

  const enlarge = () => {
    const old = table
    capacity *= 2
    table = new Uint32Array(capacity * words)
    for (let at = 0; at < old.length; at += words) {
      if (isFree(old, at)) continue
      const digest: Digest = [old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0]
      table.set(digest, slotOf(digest))
    }
  }

  return {
    has: (key) => !isFree(table, slotOf(digestOf(key))),
    add: (key) => {
      const digest = digestOf(key)
      const at = slotOf(digest)
      if (!isFree(table, at)) return
      table.set(digest, at)
      size += 1
      if (size > capacity * maxFill) enlarge()
    },
  }
}

type Digest = readonly [number, number, number]

/** The last number is never 0, so that no digest looks like a free slot. */
const digestOf = (key: string): Digest => {
  const digest = hash('sha256', key, 'buffer')
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8) || 1]
}

const isFree = (table: Uint32Array, at: number): boolean => table[at + words - 1] === 0
