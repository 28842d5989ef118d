import { Partitioners, type PartitionMetadata } from 'kafkajs'
import type { OutgoingMessage } from '../record/encode.ts'

const partitioner = Partitioners.DefaultPartitioner()

/** The partitions of the keys seen so far, for all topics with the same number of partitions. */
interface PartitionCache {
  metadata: PartitionMetadata[]
  partitions: Map<string, number>
}

const caches = new Map<number, PartitionCache>()

/** A cache with this many keys is emptied, so that its memory stays bounded. */
const maxKeys = 10_000

/**
 * The partition of the key by murmur2, as in the Java client: every client finds a project in the same
 * partition.
 */
export const partitionOf = (message: OutgoingMessage, partitionCount: number): number => {
  const { metadata, partitions } = caches.get(partitionCount) ?? createCache(partitionCount)
  const known = partitions.get(message.key)
  if (known !== undefined) return known
  const partition = partitioner({ topic: message.topic, partitionMetadata: metadata, message })
  if (partitions.size === maxKeys) partitions.clear()
  partitions.set(message.key, partition)
  return partition
}

/** The partitioner of the client wants the metadata of every partition, but uses only their number. */
const createCache = (partitionCount: number): PartitionCache => {
  const metadata = Array.from({ length: partitionCount }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }))
  const cache = { metadata, partitions: new Map<string, number>() }
  caches.set(partitionCount, cache)
  return cache
}
