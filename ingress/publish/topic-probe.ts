import type { IngressMetrics } from '../metrics.ts'
import { type GroupCommitOptions, stopped } from './group-commit.ts'
import type { PendingMessage } from './pending-message.ts'
import { causeOf } from './publish-failure.ts'
import type { Sender } from './sender.ts'
import type { TopicAvailability } from './topic-availability.ts'

/** Finds out with single messages whether unavailable topics accept records again. */
export interface TopicProbe {
  /** Sends the message alone, and settles it. Never rejects. */
  probe(message: PendingMessage): Promise<void>
  /** Rejects the messages that are being sent. */
  stop(): void
}

export interface TopicProbeOptions extends Pick<GroupCommitOptions, 'connect' | 'refusalOf'> {
  topics: Pick<TopicAvailability, 'markAvailable' | 'markUnavailable'>
  metrics: Pick<IngressMetrics, 'publishFailures'>
}

/** Each probe has its own connection, since a topic at fault disturbs all others on the same client. */
export const createTopicProbe = (options: TopicProbeOptions): TopicProbe => {
  const { connect, refusalOf, topics, metrics } = options
  const inFlight = new Set<PendingMessage>()

  const errorAfter = async (message: PendingMessage, failure: unknown): Promise<Error> => {
    const cause = causeOf(failure)
    metrics.publishFailures.inc({ cause })
    if (cause !== 'refused') return topics.markUnavailable(message.topic, failure)
    // The brokers refuse this record, so the topic itself works again.
    topics.markAvailable(message.topic)
    return refusalOf([message], failure)
  }

  return {
    probe: async (message) => {
      let sender: Sender | undefined
      inFlight.add(message)
      try {
        sender = await connect()
        const partitions = await sender.send([message])
        if (partitions.size === 0) throw new Error('the record was not acknowledged')
        topics.markAvailable(message.topic)
        message.settle()
      } catch (error) {
        message.settle(await errorAfter(message, error))
      } finally {
        inFlight.delete(message)
        sender?.abandon()
      }
    },
    stop: () => {
      for (const message of inFlight) message.settle(stopped())
    },
  }
}
