import { hash } from 'node:crypto'

/** Two whole numbers from 0 to 2³² − 1. */
export type Pair = readonly [number, number]

/**
 * A map from texts to pairs of numbers that holds 8 bytes of the digest of each text: about 23 MB for a
 * million texts. Among ten million texts, the probability that two of them have equal digests is less than
 * 1 to 100,000. It forgets the texts that were not used for longest, where there are too many.
 */
export interface NumberTable {
  get(key: string): Pair | undefined
  set(key: string, pair: Pair): void
  /** The memory of the pairs and digests, in bytes. */
  bytes(): number
}

/** A slot of a shard: two numbers of the digest, and the pair. */
const words = 4
const firstCapacity = 8
/** A shard is enlarged when it is fuller than this. */
const maxFill = 0.8
const growth = 1.4
/** Each shard is enlarged by itself, so that enlarging needs little memory at a time. */
const shardCount = 256

/** @param maxTexts there are never more; at least the half of them that was used last is remembered */
export const createNumberTable = (maxTexts = Number.POSITIVE_INFINITY): NumberTable => {
  // Two generations instead of an order of use: to forget is to drop the older one.
  let young = createGeneration()
  let old = createGeneration()

  const add = (digest: Pair, pair: Pair) => {
    young.set(digest, pair)
    if (young.size() < maxTexts / 2) return
    old = young
    young = createGeneration()
  }

  return {
    get: (key) => {
      const digest = digestOf(key)
      const recent = young.get(digest)
      if (recent !== undefined) return recent
      const earlier = old.get(digest)
      if (earlier !== undefined) add(digest, earlier)
      return earlier
    },
    set: (key, pair) => add(digestOf(key), pair),
    bytes: () => young.bytes() + old.bytes(),
  }
}

const createGeneration = () => {
  const shards = Array.from({ length: shardCount }, createShard)
  const shardOf = ([first]: Pair) => shards[first % shardCount] as Shard
  let size = 0
  return {
    get: (digest: Pair) => shardOf(digest).get(digest),
    set: (digest: Pair, pair: Pair) => {
      if (shardOf(digest).set(digest, pair) === 'added') size += 1
    },
    size: () => size,
    bytes: () => shards.reduce((sum, shard) => sum + shard.bytes(), 0),
  }
}

interface Shard {
  get(digest: Pair): Pair | undefined
  set(digest: Pair, pair: Pair): 'added' | 'replaced'
  bytes(): number
}

const createShard = (): Shard => {
  // An open-addressing hash table. A slot whose second number is 0 is free.
  let capacity = firstCapacity
  let table = new Uint32Array(capacity * words)
  let size = 0

  /** Where the digest is, or the free slot where it belongs. */
  const slotOf = ([first, second]: Pair): number => {
    for (let slot = second % capacity; ; slot = (slot + 1) % capacity) {
      const at = slot * words
      if (table[at + 1] === 0 || (table[at] === first && table[at + 1] === second)) return at
    }
  }

  const enlarge = () => {
    const old = table
    capacity = Math.ceil(capacity * growth)
    table = new Uint32Array(capacity * words)
    for (let at = 0; at < old.length; at += words) {
      if (old[at + 1] === 0) continue
      table.set(old.subarray(at, at + words), slotOf([old[at] ?? 0, old[at + 1] ?? 0]))
    }
  }

  return {
    get: (digest) => {
      const at = slotOf(digest)
      return table[at + 1] === 0 ? undefined : [table[at + 2] ?? 0, table[at + 3] ?? 0]
    },
    set: (digest, pair) => {
      const at = slotOf(digest)
      const isNew = table[at + 1] === 0
      table.set([...digest, ...pair], at)
      if (!isNew) return 'replaced'
      size += 1
      if (size > capacity * maxFill) enlarge()
      return 'added'
    },
    bytes: () => table.byteLength,
  }
}

/** The second number is never 0, so that no digest looks like a free slot. */
const digestOf = (key: string): Pair => {
  const digest = hash('sha256', key, 'buffer')
  return [digest.readUInt32LE(0), digest.readUInt32LE(4) || 1]
}

/** A number of 32 bits that stands for a text, and is never 0. */
export const numberOf = (text: string): number => hash('sha256', text, 'buffer').readUInt32LE(0) || 1
