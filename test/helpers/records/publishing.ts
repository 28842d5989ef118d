import { createIngressMetrics } from '../../../ingress/metrics.ts'
import { createPublisher, type PublisherOptions } from '../../../ingress/publish/publisher.ts'
import type { PlacedMessage, Sender } from '../../../ingress/publish/sender.ts'
import type { TopicFacts } from '../../../ingress/publish/topic-metadata.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import { createMetrics } from '../../../lib/metrics/metrics.ts'
import { recordingLogger } from '../process/recording-logger.ts'

/** The answer of the brokers to one request: the acknowledged partitions, or a failure. */
export type Answer = (batch: readonly PlacedMessage[]) => Promise<Set<string>>

export const acknowledgeAll: Answer = async (batch) => new Set(batch.map(partitionName))
export const fail =
  (error: Error): Answer =>
  () =>
    Promise.reject(error)
const protocolError = (message: string, type: string) =>
  Object.assign(new Error(message), { name: 'KafkaJSProtocolError', type })
export const refusal = () => protocolError('invalid', 'INVALID_RECORD')
export const tooLarge = () => protocolError('too large', 'MESSAGE_TOO_LARGE')

export const topics = ['gitlab.push', 'gitlab.job']
export const gone = () => protocolError('no such topic', 'UNKNOWN_TOPIC_OR_PARTITION')
export const factsOf = (topic: string): TopicFacts | Error =>
  topics.includes(topic) ? { partitions: 1, maxBytes: 1e6 } : gone()

/** A publisher whose brokers answer by a script, then with `answer`. `sent` has the keys of every request. */
export const publishing = async (
  script: Answer[] = [],
  options: Partial<PublisherOptions> = {},
  answer: Answer = acknowledgeAll,
) => {
  const sent: string[][] = []
  const calls = { connect: 0, abandon: 0, close: 0 }
  const metrics = createMetrics()
  const { logger, lines } = recordingLogger()
  const sender: Sender = {
    send: async (batch) => {
      sent.push(batch.map(({ key }) => key))
      return (script.shift() ?? answer)(batch)
    },
    abandon: () => void calls.abandon++,
    close: async () => void calls.close++,
  }
  const publisher = await createPublisher({
    connect: async () => {
      calls.connect++
      return sender
    },
    topics,
    principal: 'User:bridge',
    readTopicFacts: async (some) => new Map(some.map((topic) => [topic, factsOf(topic)])),
    limits: { records: 500, bytes: 1e6 },
    maxQueuedBytes: 1e7,
    metrics: createIngressMetrics(metrics),
    logger,
    ...options,
  })
  const publish = (key: string, { topic = 'gitlab.push', deadlineMs = 5000, bytes = 1 } = {}) =>
    publisher.publish({ topic, key, value: Buffer.alloc(bytes), headers: {}, timestamp: '0' }, deadlineMs)
  return { publisher, publish, sent, calls, metrics, lines }
}
