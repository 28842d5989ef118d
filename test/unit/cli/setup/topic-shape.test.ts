import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partitionsProblem, replicasOf, warnOfFewReplicas } from '../../../../cli/setup/topic-shape.ts'
import type { ClusterState } from '../../../../cli/setup/topic-state.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const cluster = (
  topics: Record<string, { partitions?: number; replicas?: number; minInSync?: string }>,
): ClusterState => ({
  brokers: 3,
  topics: new Map(
    Object.entries(topics).map(([topic, { partitions = 6, replicas = 3, minInSync = '2' }]) => [
      topic,
      { topic, partitions, replicas, settings: { 'min.insync.replicas': { value: minInSync, isOwn: true } } },
    ]),
  ),
})

const wanted = ['one', 'two', 'three'].map((topic) => ({ topic, numPartitions: 6, config: {} }))

test('existing topics with another number of partitions are named; topics that are missing are not', () => {
  assert.equal(partitionsProblem(cluster({ one: {} }), wanted), undefined)
  assert.match(
    String(
      partitionsProblem(
        cluster({ two: { partitions: 1 }, one: { partitions: 1 }, three: { partitions: 8 } }),
        wanted,
      ),
    ),
    /1 instead of 6 partitions: one, two; 8 instead of 6 partitions: three\./,
  )
})

test('a new topic gets three replicas, or one on each broker, unless a number is set', () => {
  assert.equal(replicasOf({ KAFKA_REPLICATION_FACTOR: undefined }, { brokers: 5 }), 3)
  assert.equal(replicasOf({ KAFKA_REPLICATION_FACTOR: undefined }, { brokers: 1 }), 1)
  assert.equal(replicasOf({ KAFKA_REPLICATION_FACTOR: 2 }, { brokers: 5 }), 2)
})

test('a topic with too few replicas, or with too small a min.insync.replicas, is named in a warning', () => {
  const { logger, lines } = recordingLogger()
  warnOfFewReplicas(
    cluster({ one: { replicas: 1, minInSync: '1' }, two: { minInSync: '1' }, three: {} }),
    wanted,
    3,
    logger,
  )
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, fields.topic, fields.wanted]),
    [
      ['warn', 'one', 3],
      ['warn', 'two', 2],
    ],
  )
})
