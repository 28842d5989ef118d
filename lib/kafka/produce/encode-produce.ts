import { createHeadroomBuffer, type HeadroomBuffer } from './headroom-buffer.ts'
import type { MessageToEncode } from './message-to-encode.ts'
import { measureBatch, writeBatch } from './record-batch.ts'

/** A produce request of a producer that is neither idempotent nor transactional and does not compress. */
export interface ProduceToEncode {
  acks: number
  timeout: number
  topicData: readonly {
    topic: string
    partitions: readonly { partition: number; messages: readonly MessageToEncode[] }[]
  }[]
}

/**
 * Encodes the body of a produce request, versions 3 to 7, into one buffer of the exact size. The result is
 * equal, byte for byte, to what kafkajs encodes: https://kafka.apache.org/protocol#The_Messages_Produce
 */
export const encodeProduce = ({ acks, timeout, topicData }: ProduceToEncode): HeadroomBuffer => {
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, messages }) => ({ partition, batch: measureBatch(messages) })),
  }))
  let size = 2 + 2 + 4 + 4
  for (const { topic, partitions } of topics) {
    size += 2 + Buffer.byteLength(topic) + 4
    for (const { batch } of partitions) size += 4 + 4 + batch.size
  }

  return createHeadroomBuffer(size, (buffer, start) => {
    let at = buffer.writeInt16BE(-1, start) // no transactional id
    at = buffer.writeInt16BE(acks, at)
    at = buffer.writeInt32BE(timeout, at)
    at = buffer.writeInt32BE(topics.length, at)
    for (const { topic, partitions } of topics) {
      at = buffer.writeInt16BE(Buffer.byteLength(topic), at)
      at += buffer.write(topic, at)
      at = buffer.writeInt32BE(partitions.length, at)
      for (const { partition, batch } of partitions) {
        at = buffer.writeInt32BE(partition, at)
        at = buffer.writeInt32BE(batch.size, at)
        at = writeBatch(buffer, at, batch)
      }
    }
  })
}
