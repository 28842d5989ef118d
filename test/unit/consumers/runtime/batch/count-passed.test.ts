import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch, EachBatchPayload } from 'kafkajs'
import { createBreaker } from '../../../../../consumers/runtime/batch/breaker.ts'
import { accountForMessages } from '../../../../../consumers/runtime/batch/count-passed.ts'
import { createEachBatch } from '../../../../../consumers/runtime/batch/each-batch.ts'
import { createConsumerMetrics } from '../../../../../consumers/runtime/metrics.ts'
import { chain, type Handle } from '../../../../../consumers/runtime/middleware/chain.ts'
import { measure } from '../../../../../consumers/runtime/middleware/measure.ts'
import { createPositions } from '../../../../../consumers/runtime/positions/positions.ts'
import { createMetrics, type Metrics } from '../../../../../lib/metrics/metrics.ts'

const topic = 'gitlab.push'
const ignore = () => undefined

/** Offsets with a hole, as a compacted topic has them. */
const offsets = ['3', '4', '7', '8', '9']

const payload = (): EachBatchPayload => {
  const messages = offsets.map((offset) => ({ offset, timestamp: '0', key: null, value: null, headers: {} }))
  return {
    batch: { topic, partition: 0, messages, lastOffset: () => '9' } as unknown as Batch,
    isRunning: () => true,
    isStale: () => false,
    heartbeat: async () => undefined,
    resolveOffset: ignore,
    commitOffsetsIfNecessary: async () => undefined,
    uncommittedOffsets: () => ({ topics: [] }),
  } as unknown as EachBatchPayload
}

const residueOf = async ({ registry }: Metrics) => {
  const gauge = await registry.getSingleMetric('gitlab_bridge_unaccounted_records')?.get()
  return gauge?.values.map(({ labels, value }) => `${labels.stage} ${value}`)
}

/** Handles one batch. @param around is the fault, which lies around the part that counts outcomes */
const handleOne = async (around: (handle: Handle) => Handle) => {
  const metrics = createMetrics()
  const passed = accountForMessages(metrics)
  const positions = createPositions(
    {
      ends: async () => [{ topic, partition: 0, low: 0, high: 10, leader: 1 }],
      committed: async () => [{ topic, partition: 0, offset: 3, metadata: '' }],
      at: async () => [],
      commit: async () => undefined,
      existing: async (topics) => [...topics],
      topicIds: async () => new Map(),
      clusterId: async () => '',
      reach: async () => undefined,
      members: async () => ({ count: 1, everJoined: true }),
      close: async () => undefined,
    },
    'the-group',
    'the-worker',
  )
  await positions.load({ [topic]: [0] }, ignore)
  const handle = chain([measure(createConsumerMetrics(metrics, ['push']), () => 'push')], async (messages) =>
    messages.map(() => 'processed'),
  )
  const signal = new AbortController().signal
  const eachBatch = createEachBatch({
    handle: around(handle),
    batchSize: 2,
    breaker: createBreaker({ pause: ignore, resume: ignore, onChange: ignore, waitMs: () => 1 }),
    ...{ positions, passed, inProgress: new Set<string>(), stopping: signal, signal },
    onGap: (error) => assert.fail(error),
  })
  await eachBatch(payload())
  return { residue: await residueOf(metrics), passed: passed.count }
}

test('every message that the offset has passed has an outcome, also around a hole', async () => {
  assert.deepEqual(await handleOne((handle) => handle), { residue: ['worker 0'], passed: 5 })
})

test('a message that gets lost before it is handled is missing in the stage worker', async () => {
  const dropping =
    (handle: Handle): Handle =>
    async (messages, context) => {
      const kept = messages.filter(({ offset }) => offset !== '7')
      const outcomes = await handle(kept, context)
      return kept.length === messages.length ? outcomes : [...outcomes, 'processed']
    }
  assert.deepEqual((await handleOne(dropping)).residue, ['worker 1'])
})
