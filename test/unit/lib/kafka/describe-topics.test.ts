import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KafkajsCluster } from '../../../../lib/kafka/cluster.ts'
import { describeTopics } from '../../../../lib/kafka/describe-topics.ts'
import type { Metadata, TopicMetadata } from '../../../../lib/kafka/request-metadata.ts'

const metadataOf = (topics: readonly TopicMetadata[]): Metadata => ({
  clusterId: 'a-cluster',
  brokers: [],
  controller: 1,
  topics: [...topics],
})
const topicOf = (topic: string, error: number): TopicMetadata => ({ topic, error, partitions: [] })

/** A client that knows a broker, which gives these answers. */
const clusterOf = (answers: readonly Metadata[]) => {
  const left = [...answers]
  const broker = { versions: { 3: { maxVersion: 12 } }, connectionPool: { send: async () => left.shift() } }
  const cluster = {
    refreshMetadata: async () => undefined,
    brokerPool: {
      getNodeIds: () => ['1'],
      withBroker: (ask: (found: { broker: object }) => unknown) => ask({ broker }),
    },
  }
  return cluster as unknown as KafkajsCluster
}

test('topics that do not exist, are forbidden or have no valid name are left out', async () => {
  const cluster = clusterOf([
    metadataOf([topicOf('known', 0), topicOf('unknown', 3), topicOf('not valid', 17), topicOf('hidden', 29)]),
  ])
  assert.deepEqual([...(await describeTopics(cluster, ['known'])).keys()], ['known'])
})

test('a topic without a leader is described', async () => {
  const partitions = [{ topic: 'known', partition: 0, leader: -1, epoch: 3, replicas: [1, 2] }]
  const cluster = clusterOf([metadataOf([{ ...topicOf('known', 0), partitions }])])
  assert.deepEqual((await describeTopics(cluster, ['known'])).get('known')?.partitions, partitions)
})

test('an error of a broker that passes by itself is waited for, any other is thrown', async () => {
  const [passing, final] = [metadataOf([topicOf('known', 5)]), metadataOf([topicOf('known', 42)])]
  const cluster = clusterOf([passing, metadataOf([topicOf('known', 0)]), final])
  assert.ok((await describeTopics(cluster, ['known'])).has('known'))
  await assert.rejects(describeTopics(cluster, ['known']), { type: 'INVALID_REQUEST' })
})

test('a client that knows no broker yet, or none that answers, first asks who they are', async () => {
  for (const known of [[], ['1']]) {
    let refreshes = 0
    const broker = {
      versions: null,
      connectionPool: { send: async () => metadataOf([topicOf('known', 0)]) },
    }
    const cluster = {
      refreshMetadata: async () => {
        refreshes++
        throw Object.assign(new Error('deleted'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' })
      },
      brokerPool: {
        getNodeIds: () => known,
        withBroker: async () => null,
        findConnectedBroker: async () => broker,
      },
    } as unknown as KafkajsCluster
    assert.ok((await describeTopics(cluster, ['known'])).has('known'))
    assert.equal(refreshes, 1)
  }
})
