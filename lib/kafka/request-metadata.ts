import { createRequire } from 'node:module'
import type { TopicPartition } from './partition-name.ts'

/** What one broker says of a cluster. */
export interface Metadata {
  /** An empty text where the broker does not say it. */
  clusterId: string
  brokers: BrokerAddress[]
  /** The id of the broker that is the controller; -1 while there is none. */
  controller: number
  topics: TopicMetadata[]
}

export interface BrokerAddress {
  id: number
  host: string
  port: number
}

export interface TopicMetadata {
  topic: string
  /** A code of the protocol; 0 if the broker knows the topic and shows it to this user. */
  error: number
  partitions: PartitionMetadata[]
}

export interface PartitionMetadata extends TopicPartition {
  /** The id of the broker that leads the partition; -1 while there is none. */
  leader: number
  /** It grows with every change of the leader. 0 from brokers before Kafka 2.1, which do not say it. */
  epoch: number
  /** The ids of the brokers that have a replica. */
  replicas: number[]
}

/** A broker of kafkajs, to which requests can be sent that kafkajs does not know. */
export interface RequestedBroker {
  /** The versions of each request that the broker knows, by the key of the request. */
  readonly versions: Readonly<Record<number, { maxVersion: number } | undefined>> | null
  connectionPool: {
    send<T>(exchange: {
      request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<EncodedRequest> }
      response: { decode(bytes: Buffer): Promise<T>; parse(decoded: T): Promise<T> }
    }): Promise<T>
  }
}

/** `buf` may have unused space at its end, `buffer` has not. */
interface EncodedRequest {
  readonly buf: Buffer
  readonly buffer: Buffer
}

interface KafkajsEncoder extends EncodedRequest {
  writeArray(values: readonly string[]): KafkajsEncoder
  writeInt32(value: number): KafkajsEncoder
  writeBoolean(value: boolean): KafkajsEncoder
}

interface KafkajsDecoder {
  readInt16(): number
  readInt32(): number
  readString(): string | null
  readBoolean(): boolean
  readArray<T>(read: (decoder: KafkajsDecoder) => T): T[]
}

const metadataKey = 3
/** The first version that gives the epochs of the leaders. */
const epochVersion = 7

/**
 * Asks one broker for the brokers of the cluster and for topics. kafkajs cannot ask for no topic, fails if
 * one topic is at fault, and does not know the version with epochs.
 * https://kafka.apache.org/protocol#The_Messages_Metadata
 *
 * @param topics also those that may not exist; an empty list asks for the brokers alone
 * @throws Error if the broker does not answer
 */
export const requestMetadata = async (
  broker: RequestedBroker,
  topics: readonly string[] | 'all',
): Promise<Metadata> => {
  const known = broker.versions?.[metadataKey]?.maxVersion ?? epochVersion
  const apiVersion = Math.min(known, epochVersion)
  return await broker.connectionPool.send<Metadata>({
    request: { apiKey: metadataKey, apiVersion, apiName: 'Metadata', encode: async () => encode(topics) },
    response: {
      decode: async (bytes) => decode(createDecoder(bytes), apiVersion),
      parse: async (decoded) => decoded,
    },
  })
}

const load = createRequire(import.meta.url)

const encode = (topics: readonly string[] | 'all'): KafkajsEncoder => {
  const Encoder = load('kafkajs/src/protocol/encoder') as new () => KafkajsEncoder
  const encoder = new Encoder()
  // -1 stands for a list that is null, which means all topics.
  const list = topics === 'all' ? encoder.writeInt32(-1) : encoder.writeArray(topics)
  return list.writeBoolean(false) // It must create no topic.
}

const createDecoder = (bytes: Buffer): KafkajsDecoder => {
  const Decoder = load('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => KafkajsDecoder
  return new Decoder(bytes)
}

/** What is not needed has to be read, too, because the fields have no fixed places. */
const decode = (decoder: KafkajsDecoder, version: number): Metadata => {
  decoder.readInt32() // throttle time
  const brokers = decoder.readArray(decodeBroker)
  const clusterId = decoder.readString() ?? ''
  const controller = decoder.readInt32()
  const topics = decoder.readArray((each) => decodeTopic(each, version))
  return { clusterId, brokers, controller, topics }
}

const decodeBroker = (decoder: KafkajsDecoder): BrokerAddress => {
  const id = decoder.readInt32()
  const host = decoder.readString() ?? ''
  const port = decoder.readInt32()
  decoder.readString() // rack
  return { id, host, port }
}

const decodeTopic = (decoder: KafkajsDecoder, version: number): TopicMetadata => {
  const error = decoder.readInt16()
  const topic = decoder.readString() ?? ''
  decoder.readBoolean() // whether it is internal
  const partitions = decoder.readArray((each) => ({ topic, ...decodePartition(each, version) }))
  return { topic, error, partitions }
}

const decodePartition = (decoder: KafkajsDecoder, version: number): Omit<PartitionMetadata, 'topic'> => {
  decoder.readInt16() // error
  const partition = decoder.readInt32()
  const leader = decoder.readInt32()
  const epoch = version >= epochVersion ? decoder.readInt32() : 0
  const replicas = decodeIds(decoder)
  decodeIds(decoder) // in sync
  if (version >= 5) decodeIds(decoder) // offline
  return { partition, leader, epoch, replicas }
}

const decodeIds = (decoder: KafkajsDecoder): number[] => decoder.readArray((each) => each.readInt32())
