import { createRequire } from 'node:module'
import type { TopicPartition } from './partition-name.ts'

/** Who leads a partition, as one broker knows it. */
export interface Leadership extends TopicPartition {
  /** The id of the broker; -1 while there is none. */
  leader: number
  /** It grows with every change of the leader. */
  epoch: number
}

/** A broker of kafkajs, to which requests can be sent that kafkajs does not know. */
export interface RequestedBroker {
  connectionPool: { send(request: ProtocolRequest): Promise<unknown> }
}

interface ProtocolRequest {
  request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<KafkajsEncoder> }
  response: { decode(bytes: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> }
}

interface KafkajsEncoder {
  writeNullableArray(values: readonly string[]): KafkajsEncoder
  writeBoolean(value: boolean): KafkajsEncoder
}

interface KafkajsDecoder {
  readInt16(): number
  readInt32(): number
  readString(): string | null
  readBoolean(): boolean
  readArray<T>(read: (decoder: KafkajsDecoder) => T): T[]
}

/**
 * Asks one broker who leads the partitions of these topics. Partitions of topics that it does not know are
 * left out. The request is Metadata, version 7: kafkajs only knows the versions before, which have no epoch.
 * https://kafka.apache.org/protocol#The_Messages_Metadata
 */
export const requestLeaders = async (
  broker: RequestedBroker,
  topics: readonly string[],
): Promise<Leadership[]> =>
  (await broker.connectionPool.send({
    request: { apiKey: 3, apiVersion: 7, apiName: 'Metadata', encode: async () => encode(topics) },
    response: {
      decode: async (bytes) => decodeLeaders(createDecoder(bytes)),
      parse: async (decoded) => decoded,
    },
  })) as Leadership[]

const load = createRequire(import.meta.url)

const encode = (topics: readonly string[]): KafkajsEncoder => {
  const Encoder = load('kafkajs/src/protocol/encoder') as new () => KafkajsEncoder
  return new Encoder().writeNullableArray(topics).writeBoolean(false) // It must create no topic.
}

const createDecoder = (bytes: Buffer): KafkajsDecoder => {
  const Decoder = load('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => KafkajsDecoder
  return new Decoder(bytes)
}

/** What is not needed has to be read, too, because the fields have no fixed places. */
const decodeLeaders = (decoder: KafkajsDecoder): Leadership[] => {
  decoder.readInt32() // throttle time
  decoder.readArray(skipBroker)
  decoder.readString() // cluster id
  decoder.readInt32() // controller
  return decoder.readArray(decodeTopic).flat()
}

const skipBroker = (decoder: KafkajsDecoder): void => {
  decoder.readInt32() // id
  decoder.readString() // host
  decoder.readInt32() // port
  decoder.readString() // rack
}

const decodeTopic = (decoder: KafkajsDecoder): Leadership[] => {
  decoder.readInt16() // error
  const topic = decoder.readString() ?? ''
  decoder.readBoolean() // whether it is internal
  return decoder.readArray((partition) => ({ topic, ...decodePartition(partition) }))
}

const decodePartition = (decoder: KafkajsDecoder): Omit<Leadership, 'topic'> => {
  decoder.readInt16() // error
  const partition = decoder.readInt32()
  const leader = decoder.readInt32()
  const epoch = decoder.readInt32()
  for (const _replicas of ['all', 'in sync', 'offline']) decoder.readArray((ids) => ids.readInt32())
  return { partition, leader, epoch }
}
