import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KafkajsCluster } from '../../../../lib/kafka/cluster.ts'
import { readEnds, readOffsetsAt } from '../../../../lib/kafka/log-ends.ts'
import type { Metadata, PartitionMetadata } from '../../../../lib/kafka/request-metadata.ts'

const topic = 'gitlab.push'

const metadataOf = (partition: PartitionMetadata): Metadata => ({
  clusterId: '',
  brokers: [],
  controller: 1,
  topics: [{ topic, error: 0, partitions: [partition] }],
})

/** What one broker believes, and what it holds. */
interface FakeBroker {
  leadership: Pick<PartitionMetadata, 'leader' | 'epoch'> | 'no answer'
  high: number
}

/**
 * A client that knows broker 1 as the leader of the only partition.
 *
 * @param onList called whenever a broker is asked for an end
 */
const fakeCluster = (brokers: Record<string, FakeBroker>, onList: () => void = () => undefined) => {
  const known = [{ partitionId: 0, leader: 1 }]
  const asked: number[] = []
  const cluster = {
    targetTopics: new Set<string>(),
    addMultipleTargetTopics: async () => undefined,
    refreshMetadata: async () => undefined,
    refreshMetadataIfNecessary: async () => undefined,
    findTopicPartitionMetadata: () => known,
    fetchTopicsOffset: async ([query]: [{ fromBeginning?: boolean; fromTimestamp?: number }]) => {
      const leader = known[0]?.leader ?? 0
      const high = brokers[leader]?.high ?? 0
      asked.push(leader)
      onList()
      const noRecord = -1
      const offset = query.fromTimestamp !== undefined ? noRecord : query.fromBeginning ? 0 : high
      return [{ topic, partitions: [{ partition: 0, offset: String(offset) }] }]
    },
    findBroker: async ({ nodeId }: { nodeId: string }) => ({
      connectionPool: {
        send: async () => {
          const leadership = brokers[nodeId]?.leadership
          if (leadership === undefined || leadership === 'no answer')
            return await new Promise(() => undefined)
          return metadataOf({ topic, partition: 0, replicas: [], ...leadership })
        },
      },
    }),
    brokerPool: {
      getNodeIds: () => Object.keys(brokers),
      withBroker: async () => metadataOf({ topic, partition: 0, replicas: [], leader: 1, epoch: 0 }),
    },
  }
  return { cluster: cluster as unknown as KafkajsCluster, asked, known }
}

const resumed: FakeBroker = { leadership: { leader: 1, epoch: 5 }, high: 10 }
const present: FakeBroker = { leadership: { leader: 2, epoch: 6 }, high: 95 }

test('a broker that was resumed and believes that it still leads does not give the end', async () => {
  const { cluster } = fakeCluster({ 1: resumed, 2: present, 3: present })
  assert.deepEqual(await readEnds(cluster, [topic]), [{ topic, partition: 0, low: 0, high: 95, leader: 2 }])
})

test('the same is true where only one other broker answers', async () => {
  const { cluster } = fakeCluster({ 1: resumed, 2: present, 3: { leadership: 'no answer', high: 0 } })
  assert.equal((await readEnds(cluster, [topic]))[0]?.high, 95)
})

test('a time after the last record gives the end at the present leader', async () => {
  const { cluster } = fakeCluster({ 1: resumed, 2: present })
  assert.deepEqual(await readOffsetsAt(cluster, [topic], 1), [{ topic, partition: 0, offset: 95 }])
})

test('an answer that was on its way when the leader changed is asked for again', async () => {
  const second: FakeBroker = { leadership: { leader: 1, epoch: 5 }, high: 95 }
  const brokers = { 1: { ...resumed }, 2: second }
  const { cluster, asked } = fakeCluster(brokers, () => {
    second.leadership = { leader: 2, epoch: 6 }
  })
  assert.equal((await readEnds(cluster, [topic]))[0]?.high, 95)
  assert.deepEqual(asked, [1, 1, 2, 2])
})

test('while the brokers name no leader, the client keeps the one that it knows', async () => {
  const none: FakeBroker = { leadership: { leader: -1, epoch: 7 }, high: 0 }
  const { cluster, known } = fakeCluster({ 1: resumed, 2: none })
  assert.equal((await readEnds(cluster, [topic]))[0]?.high, 10)
  assert.equal(known[0]?.leader, 1)
})

test('a broker that is alone is asked once', async () => {
  const { cluster, asked } = fakeCluster({ 1: resumed })
  assert.equal((await readEnds(cluster, [topic]))[0]?.high, 10)
  assert.deepEqual(asked, [1, 1])
})
