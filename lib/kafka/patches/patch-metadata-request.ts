import { createRequire } from 'node:module'
import { replaceExports } from './replace-exports.ts'

type MetadataRequest = (request: { topics: readonly string[]; allowAutoTopicCreation?: boolean }) => {
  encode(): Promise<unknown>
}

interface BrokerPool {
  refreshMetadata(topics: readonly string[]): Promise<unknown>
}

const load = createRequire(import.meta.url)

/** Stands for an empty list, which kafkajs would send as a request for all topics. No topic has this name. */
const noTopic = ''

/**
 * A client that has no topics yet asks for the brokers alone. Whoever asks kafkajs for the topics of the
 * cluster still gets all of them.
 */
export const patchMetadataRequest = (): void => {
  const { prototype } = load('kafkajs/src/cluster/brokerPool') as { prototype: BrokerPool & Patched }
  if (prototype.isPatched) return
  prototype.isPatched = true
  const { refreshMetadata } = prototype
  prototype.refreshMetadata = function (topics) {
    return refreshMetadata.call(this, topics.length === 0 ? [noTopic] : topics)
  }
  // The other versions use the encoders of these two.
  patchVersion('v1', () => emptyList())
  patchVersion('v4', () => emptyList().writeBoolean(false)) // It must create no topic.
}

const patchVersion = (version: string, encodeNoTopic: () => Encoder) =>
  replaceExports<MetadataRequest>(
    `kafkajs/src/protocol/requests/metadata/${version}/request`,
    (original) => (request) => ({
      ...original(request),
      ...(isForNoTopic(request) && { encode: async () => encodeNoTopic() }),
    }),
  )

interface Patched {
  isPatched?: true
}

const isForNoTopic = ({ topics }: { topics: readonly string[] }): boolean =>
  topics.length === 1 && topics[0] === noTopic

interface Encoder {
  writeArray(values: readonly string[]): Encoder
  writeBoolean(value: boolean): Encoder
}

const emptyList = (): Encoder => {
  const Encoder = load('kafkajs/src/protocol/encoder') as new () => Encoder
  return new Encoder().writeArray([])
}
