// The way of hooks from their acceptance to the log, with everything but the servers: a real publisher, real
// spools and real drains, with brokers and a disk in memory.

import type { Deliver } from '../../../ingress/deliver.ts'
import type { Hook } from '../../../ingress/hook.ts'
import { createIngressMetrics } from '../../../ingress/metrics.ts'
import { acknowledged, type Outcome } from '../../../ingress/outcome.ts'
import type { OutgoingMessage } from '../../../ingress/record/encode.ts'
import { TopicUnavailableError } from '../../../ingress/record/topic-unavailable-error.ts'
import type { KeepStages } from '../../../ingress/spool/keep/answer-kept.ts'
import { createPublishOrSpool } from '../../../ingress/spool/keep/publish-or-spool.ts'
import { openSpools } from '../../../ingress/spool/spools.ts'
import { startDrains } from '../../../ingress/spool/start-drains.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import { createMetrics } from '../../../lib/metrics/metrics.ts'
import { createNames } from '../../../schemas/topics.ts'
import { createForgetfulDisk } from '../faults/forgetful-folder.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { type Answer, publishing } from './publishing.ts'

export const orderTopics = ['gitlab.push', 'gitlab.job']
export const chunksTopic = 'gitlab.raw-chunks'

/** How the brokers answer a request. `late`: they write the records, but their answer never arrives. */
export type BrokerAnswer = 'ok' | 'lost' | 'late' | 'nothing acknowledged'

const timedOut = () => Object.assign(new Error('timed out'), { name: 'KafkaJSRequestTimeoutError' })
const gone = () =>
  Object.assign(new Error('no such topic'), {
    name: 'KafkaJSProtocolError',
    type: 'UNKNOWN_TOPIC_OR_PARTITION',
  })

/** @param options of the publisher and of the time limits */
export const createOrderedIngress = async (
  options: { publishDeadlineMs?: number; answerWithinMs?: number; maxQueuedBytes?: number } = {},
) => {
  const { publishDeadlineMs = 1000, answerWithinMs = 3000, maxQueuedBytes = 1e7 } = options
  /** The ids of the records as they lie in the log of each topic. */
  const log = new Map<string, string[]>([...orderTopics, chunksTopic].map((topic) => [topic, []]))
  /** The ids of records that were written before their chunks. */
  const withoutChunks: string[] = []
  const chunkedIds = new Set<string>()
  const write = ({ topic, key }: { topic: string; key: string }) => {
    log.get(topic)?.push(key)
    if (topic !== chunksTopic && chunkedIds.has(key) && !log.get(chunksTopic)?.includes(key))
      withoutChunks.push(key)
  }
  const brokenTopics = new Set<string>()
  const requests: ((answer: BrokerAnswer) => void)[] = []
  const brokers = { answerAtOnce: false }

  const answer: Answer = async (batch) => {
    const { promise, resolve } = Promise.withResolvers<BrokerAnswer>()
    if (brokers.answerAtOnce) resolve('ok')
    else requests.push(resolve)
    const result = await promise
    if (batch.some(({ topic }) => brokenTopics.has(topic))) throw gone()
    if (result === 'lost') throw timedOut()
    if (result === 'nothing acknowledged') return new Set()
    for (const message of batch) write(message)
    if (result === 'late') throw timedOut()
    return new Set(batch.map(partitionName))
  }
  const readTopicFacts = async (topics: readonly string[]) =>
    new Map(
      topics.map((topic) => [topic, brokenTopics.has(topic) ? gone() : { partitions: 1, maxBytes: 1e6 }]),
    )
  const { publisher } = await publishing(
    [],
    { topics: [...orderTopics, chunksTopic], readTopicFacts, maxQueuedBytes },
    answer,
  )

  const disk = createForgetfulDisk()
  const disksOfTopics = new Map(orderTopics.map((topic) => [topic, createForgetfulDisk()]))
  const folders = {
    common: disk.mount(),
    ofTopic: (topic: string) => (disksOfTopics.get(topic) ?? createForgetfulDisk()).mount(),
    topics: async () => [],
    close: async () => {},
  }
  const { logger } = recordingLogger()
  const spools = await openSpools(folders, orderTopics, 1e6, logger)

  const deliver: Deliver = (hook, { waitedFor, mustWait, onSettled }) => {
    const topic = hook.source
    if ((spools.hasWaitingHooks(topic) && topic !== waitedFor) || mustWait?.(topic)) {
      onSettled({ error: new TopicUnavailableError(topic, 'older hooks wait for it') })
      return { topic: undefined, withdraw: () => {} }
    }
    const message: OutgoingMessage = { topic, key: hook.id, value: hook.body, headers: {}, timestamp: '0' }
    const count = hook.headers['x-gitlab-event'] === 'chunked' ? 2 : 0
    const chunks = Array.from({ length: count }, () => ({ ...message, topic: chunksTopic }))
    const withdraw = publisher.enqueue({ message, chunks }, (error) => {
      if (error === undefined)
        return onSettled({ kept: acknowledged({ event: 'push', name: null, topic, id: hook.id }) })
      onSettled({
        error:
          error instanceof TopicUnavailableError ? new TopicUnavailableError(topic, error.message) : error,
      })
    })
    return { topic, withdraw }
  }
  const deliveryPath = { deliver, pause: publisher.pause, resume: publisher.resume, state: publisher.state }
  /** Whether a hook could not be appended behind those in the spool: then it may overtake them. */
  const disorder = { isExcused: false }
  const watched: KeepStages['spools'] = {
    ...spools,
    append: async (hook, topic) => {
      try {
        await spools.append(hook, topic)
      } catch (error) {
        disorder.isExcused = true
        throw error
      }
    },
  }
  const publishOrSpool = createPublishOrSpool({
    deliveryPath,
    spools: watched,
    publishDeadlineMs,
    answerWithinMs,
    names: createNames(''),
    metrics: createIngressMetrics(createMetrics()),
    logger,
  })
  const drains = startDrains(spools, deliver, logger)

  const accepted: { id: string; topic: string; outcome?: Outcome }[] = []
  const accept = (topic = 'gitlab.push', { isChunked = false, bytes = 10 } = {}): void => {
    const id = `${accepted.length}`
    const entry: (typeof accepted)[number] = { id, topic }
    accepted.push(entry)
    if (isChunked) chunkedIds.add(id)
    const headers = isChunked ? { 'x-gitlab-event': 'chunked' } : {}
    const hook: Hook = { id, source: topic, receivedAt: 1, headers, body: Buffer.alloc(bytes) }
    void publishOrSpool(hook, performance.now()).then((outcome) => {
      entry.outcome = outcome
    })
  }

  return {
    accept,
    accepted,
    log,
    withoutChunks,
    /** The ids in the log of a topic, each where it lies first. */
    firstOccurrences: (topic = 'gitlab.push') => [...new Set(log.get(topic))],
    kinds: () => accepted.map(({ outcome }) => outcome?.kind),
    /** Answers the oldest request that waits for its answer. */
    answerRequest: (result: BrokerAnswer) => requests.shift()?.(result),
    /** From now on, every request is acknowledged at once. */
    heal: () => {
      brokers.answerAtOnce = true
      brokenTopics.clear()
      disk.heal()
      for (const each of disksOfTopics.values()) each.heal()
      for (const request of requests.splice(0)) request('ok')
    },
    brokenTopics,
    disk,
    disorder,
    spools,
    publisher,
    stop: async () => {
      const stopped = drains.stop()
      await publisher.stop()
      await stopped
    },
  }
}

/** Lets everything happen that does not wait for time or for an answer of the brokers. */
export const settle = async (turns = 20): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
}
