import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KafkajsCluster } from '../../../../lib/kafka/cluster.ts'
import { readRecord } from '../../../../lib/kafka/read-record.ts'

const topic = 'gitlab.push'

/** Brokers whose answers name a leader, and the offsets that each one holds. The client knows broker 1. */
const clusterOf = (brokers: Readonly<Record<string, { leader: number; epoch: number; end: number }>>) => {
  const known = [{ partitionId: 0, leader: 1 }]
  const fetched: string[] = []
  const findBroker = async ({ nodeId }: { nodeId: string }) => {
    const { end = 0, ...leadership } = brokers[nodeId] ?? {}
    return {
      connectionPool: {
        send: async () => ({ topics: [{ partitions: [{ topic, partition: 0, ...leadership }] }] }),
      },
      fetch: async ({ topics: [wanted] }: { topics: { partitions: { fetchOffset: string }[] }[] }) => {
        fetched.push(nodeId)
        const offset = Number(wanted?.partitions[0]?.fetchOffset)
        if (offset > end) throw Object.assign(new Error('range'), { type: 'OFFSET_OUT_OF_RANGE' })
        const message = { offset: String(offset), timestamp: '1', key: null, value: null }
        const messages = offset < end ? [message] : []
        return { responses: [{ topicName: topic, partitions: [{ partition: 0, messages }] }] }
      },
    }
  }
  const cluster = {
    addMultipleTargetTopics: async () => undefined,
    refreshMetadataIfNecessary: async () => undefined,
    findTopicPartitionMetadata: () => known,
    findBroker,
    brokerPool: { getNodeIds: () => Object.keys(brokers) },
  }
  return { cluster: cluster as unknown as KafkajsCluster, fetched }
}

const read = (cluster: KafkajsCluster, offset: number) => readRecord(cluster, { topic, partition: 0, offset })

test('a record that the leader has is fetched once', async () => {
  const { cluster, fetched } = clusterOf({ 1: { leader: 1, epoch: 1, end: 5 } })
  assert.equal((await read(cluster, 4))?.offset, 4)
  assert.deepEqual(fetched, ['1'])
})

test('where the only broker, or the present leader, has no record, nothing is fetched again', async () => {
  const leader = { leader: 1, epoch: 1, end: 5 }
  for (const brokers of [{ 1: leader }, { 1: leader, 2: leader, 3: leader }])
    for (const offset of [5, 6]) {
      const { cluster, fetched } = clusterOf(brokers)
      assert.equal(await read(cluster, offset), undefined)
      assert.deepEqual(fetched, ['1'])
    }
})

test('a record that a former leader does not have is fetched from the present leader', async () => {
  const present = { leader: 2, epoch: 2, end: 95 }
  for (const offset of [5, 90]) {
    const { cluster, fetched } = clusterOf({ 1: { leader: 1, epoch: 1, end: 5 }, 2: present, 3: present })
    assert.equal((await read(cluster, offset))?.offset, offset)
    assert.deepEqual(fetched, ['1', '2'])
  }
})
