import type { Kafka } from 'kafkajs'
import { UsageError } from '../errors.ts'
import { endConnections, quietCopyOf } from './client.ts'
import { createKafkajsCluster, type ProbedBroker } from './cluster.ts'
import { principalOf } from './principal.ts'

/** A right that a process needs, in the words of Kafka's access control lists. */
export type AccessNeed =
  | { operation: 'Describe' | 'Read' | 'Write' | 'DescribeConfigs'; resource: 'topic'; name: string }
  | { operation: 'Describe' | 'Read'; resource: 'group'; name: string }

/** The rights for one operation on several topics. */
export const topicNeeds = (
  operation: Extract<AccessNeed, { resource: 'topic' }>['operation'],
  names: readonly string[],
): AccessNeed[] => names.map((name) => ({ operation, resource: 'topic', name }))

/** The rights for one operation on several groups. */
export const groupNeeds = (operation: 'Describe' | 'Read', names: readonly string[]): AccessNeed[] =>
  names.map((name) => ({ operation, resource: 'group', name }))

/**
 * Checks rights without changing anything.
 *
 * @throws UsageError naming the user, and every operation and resource that it lacks; the error of a
 *   connection if the brokers do not answer
 */
export const requireAccess = async (kafka: Kafka, needs: readonly AccessNeed[]): Promise<void> => {
  const denied = await findDenied(kafka, needs)
  if (denied.length > 0) throw accessDenied(kafka, denied)
}

/** The rights among these that the brokers refuse. */
export const findDenied = async (kafka: Kafka, needs: readonly AccessNeed[]): Promise<AccessNeed[]> => {
  const quiet = quietCopyOf(kafka)
  const cluster = createKafkajsCluster(quiet)
  await cluster.connect()
  try {
    await cluster.refreshMetadata()
    const broker = await cluster.brokerPool.findConnectedBroker()
    const denied: AccessNeed[] = []
    for (const group of groupsOf(needs)) {
      const answers = await Promise.all(group.map((need) => isDenied(broker, need)))
      denied.push(...group.filter((_, index) => answers[index]))
    }
    return denied
  } finally {
    await cluster.disconnect()
    if (quiet !== kafka) endConnections(quiet)
  }
}

const groupSize = 20

/**
 * The client opens a connection of its own for some kinds of requests, and must not get several requests
 * while it does. So the first need of each kind is a group of its own.
 */
const groupsOf = (needs: readonly AccessNeed[]): AccessNeed[][] => {
  const kinds = Map.groupBy(needs, ({ operation, resource }) => `${operation} ${resource}`)
  return [...kinds.values()].flatMap(([first, ...others]) => [
    first === undefined ? [] : [first],
    ...Array.from({ length: Math.ceil(others.length / groupSize) }, (_, index) =>
      others.slice(index * groupSize, (index + 1) * groupSize),
    ),
  ])
}

const isDenied = async (broker: ProbedBroker, need: AccessNeed): Promise<boolean> => {
  try {
    await probe(broker, need)
    return false
  } catch (error) {
    const { type } = error as { type?: unknown }
    // The brokers check the rights first. Every other answer of theirs says that the right is there.
    if (typeof type === 'string') return isAccessError(error)
    throw error
  }
}

/** Whether the brokers refused a request because of a missing right. */
export const isAccessError = (error: unknown): boolean =>
  String((error as { type?: unknown } | null)?.type).endsWith('_AUTHORIZATION_FAILED')

/** No topic has so many partitions, so that nothing can be read or written there. */
const noPartition = 2_000_000_000

const probe = (broker: ProbedBroker, { operation, resource, name }: AccessNeed): Promise<unknown> => {
  if (resource === 'group') {
    return operation === 'Describe'
      ? broker.findGroupCoordinator({ groupId: name, coordinatorType: 0 })
      : broker.heartbeat({ groupId: name, groupGenerationId: 0, memberId: 'probe' })
  }
  switch (operation) {
    case 'Describe':
      return broker.metadata([name])
    case 'DescribeConfigs': {
      const resources = [{ type: 2, name, configNames: ['retention.ms'] }]
      return broker.describeConfigs({ resources, includeSynonyms: false })
    }
    case 'Read':
      return broker.fetch({
        ...{ maxWaitTime: 0, minBytes: 0, maxBytes: 1, isolationLevel: 1 },
        topics: [{ topic: name, partitions: [{ partition: noPartition, ...emptyFetch }] }],
      })
    case 'Write': {
      const messages = [{ key: null, value: null, timestamp: '0', headers: {} }]
      const partitions = [{ partition: noPartition, firstSequence: 0, messages }]
      return broker.produce({ acks: -1, timeout: 1000, topicData: [{ topic: name, partitions }] })
    }
  }
}

const emptyFetch = { fetchOffset: '0', maxBytes: 1, logStartOffset: '0', currentLeaderEpoch: -1 }

/** The error for missing rights. */
export const accessDenied = (
  kafka: Kafka,
  denied: readonly { operation: string; resource: string; name: string }[],
): UsageError => {
  const groups = Map.groupBy(denied, ({ operation, resource }) => `${operation} on the ${resource}`)
  const texts = [...groups].map(
    ([right, group]) => `${right}${group.length > 1 ? 's' : ''} ${group.map(({ name }) => name).join(', ')}`,
  )
  return new UsageError(
    `Kafka refuses the user ${principalOf(kafka)}: ${texts.join('; ')}. ` +
      'Give the user these rights. docs/kafka-rights.md lists the rights of every process.',
  )
}
