import type { KafkajsCluster } from './cluster.ts'
import { retryTransient } from './retry-transient.ts'

/** The id of every topic where the brokers know none. */
export const noTopicId = '00000000-0000-0000-0000-000000000000'

/** Topic ids came with this version of the request. kafkajs knows only older ones. */
const metadataVersion = 10
const metadataKey = 3

/**
 * The ids of the topics that exist, as UUIDs in text. A topic that was deleted and created again has another
 * id. Brokers before Kafka 2.8 and some other products have no ids; the result then says `noTopicId`.
 */
export const readTopicIds = (
  cluster: KafkajsCluster,
  topics: readonly string[],
): Promise<Map<string, string>> =>
  retryTransient(cluster, async () => {
    const broker = await cluster.brokerPool.findConnectedBroker()
    const newest = broker.versions?.[metadataKey]?.maxVersion ?? 0
    if (newest < metadataVersion) return new Map(topics.map((topic) => [topic, noTopicId]))
    const request = encodeRequest(topics)
    const answer = await broker.connectionPool.send<Buffer>({
      request: {
        apiKey: metadataKey,
        apiVersion: metadataVersion,
        apiName: 'Metadata',
        encode: async () => ({ buf: request, buffer: request }),
      },
      response: { decode: async (bytes) => bytes, parse: async (bytes) => bytes },
    })
    return decodeIds(answer)
  })

// https://kafka.apache.org/protocol.html: the header of a flexible request ends with tagged fields, and so
// does every structure. There are none here.
const noTags = Buffer.of(0)

const encodeRequest = (topics: readonly string[]): Buffer =>
  Buffer.concat([
    noTags,
    unsigned(topics.length + 1),
    ...topics.flatMap((topic) => {
      const name = Buffer.from(topic)
      return [Buffer.alloc(16), unsigned(name.length + 1), name, noTags]
    }),
    // Create no topic, and report no rights on the cluster and on the topics.
    Buffer.of(0, 0, 0),
    noTags,
  ])

/** A number in groups of seven bits, the lowest first. */
const unsigned = (value: number): Buffer => {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

const decodeIds = (bytes: Buffer): Map<string, string> => {
  const reader = createReader(bytes)
  reader.tags()
  reader.skip(4) // How long the client is throttled.
  reader.array(() => {
    reader.skip(4)
    reader.text()
    reader.skip(4)
    reader.text()
    reader.tags()
  })
  reader.text() // The id of the cluster.
  reader.skip(4) // The controller.
  const ids = new Map<string, string>()
  reader.array(() => {
    const error = reader.int16()
    const name = reader.text()
    const id = reader.take(16).toString('hex')
    reader.skip(1)
    reader.array(() => {
      reader.skip(2 + 4 + 4 + 4)
      for (let list = 0; list < 3; list++) reader.array(() => reader.skip(4))
      reader.tags()
    })
    reader.skip(4)
    reader.tags()
    if (error === 0) ids.set(name, id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
  })
  return ids
}

const createReader = (bytes: Buffer) => {
  let at = 0
  const take = (length: number): Buffer => {
    at += length
    return bytes.subarray(at - length, at)
  }
  const readUnsigned = (): number => {
    let [value, factor] = [0, 1]
    for (;;) {
      const byte = bytes.readUInt8(at++)
      value += (byte % 128) * factor
      if (byte < 128) return value
      factor *= 128
    }
  }
  return {
    take,
    skip: (length: number) => void take(length),
    int16: () => take(2).readInt16BE(),
    /** The length is one more than it says; 0 stands for null. */
    text: () => take(Math.max(0, readUnsigned() - 1)).toString(),
    array: (readItem: () => void) => {
      for (let left = readUnsigned() - 1; left > 0; left--) readItem()
    },
    tags: () => {
      for (let left = readUnsigned(); left > 0; left--) {
        readUnsigned()
        take(readUnsigned())
      }
    },
  }
}
