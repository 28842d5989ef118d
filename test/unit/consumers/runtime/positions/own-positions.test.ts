import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRewind } from '../../../../../consumers/runtime/positions/own-positions.ts'
import type { Position } from '../../../../../consumers/runtime/positions/position.ts'
import { createTopicIds } from '../../../../../consumers/runtime/positions/topic-ids.ts'
import { RetriableError } from '../../../../../lib/errors.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'

const topic = 'push'
const low = 3

/** A worker whose group continues at offset 10 of each partition. */
const open = (startAt: (partition: number) => number | undefined | Promise<never>) => {
  const { logger, lines } = recordingLogger()
  const seeks: string[] = []
  const partitions = [0, 1]
  const positions = new Map<string, Position>(
    partitions.map((partition) => [
      `${topic}/${partition}`,
      { next: 10, failed: 2, begun: 1, state: 'suspect' },
    ]),
  )
  const offsets = {
    ends: async () => partitions.map((partition) => ({ topic, partition, low, high: 20, leader: 1 })),
    topicIds: async () => new Map([[topic, 'the-id']]),
  }
  const own = {
    startAt: async (places: readonly { partition: number; topicId: string }[]) => {
      assert.ok(places.every(({ topicId }) => topicId === 'the-id'))
      return await Promise.all(places.map(({ partition }) => startAt(partition)))
    },
    pass: async () => undefined,
  }
  const rewind = createRewind({ own, offsets, topicIds: createTopicIds(offsets), logger, retryMs: 1 })
  const run = (isCurrent = () => true) =>
    rewind(
      { [topic]: partitions },
      positions,
      ({ partition }, offset) => void seeks.push(`${partition} to ${offset}`),
      isCurrent,
    )
  return { run, seeks, lines, nextOf: (partition: number) => positions.get(`${topic}/${partition}`)?.next }
}

test('the worker starts at the smaller of the offset of its group and that of its store', async () => {
  const { run, seeks, nextOf, lines } = open((partition) => [7, 12][partition])
  await run()
  assert.deepEqual(seeks, ['0 to 7'])
  assert.deepEqual([nextOf(0), nextOf(1)], [7, 10])
  assert.deepEqual(
    lines.map(({ fields }) => [fields.partition, fields.group_offset, fields.own_offset, fields.missing]),
    [['push/0', 10, 7, 0]],
  )
})

test('a store that has nothing of a partition starts at its oldest record', async () => {
  const { run, seeks } = open((partition) => [undefined, 10][partition])
  await run()
  assert.deepEqual(seeks, ['0 to 3'])
})

test('records that Kafka has deleted are skipped, and their number is logged', async () => {
  const { run, seeks, lines } = open((partition) => [1, 10][partition])
  await run()
  assert.deepEqual(seeks, ['0 to 3'])
  assert.equal(lines[0]?.fields.missing, 2)
})

test('while the store does not answer, the worker waits, and says so once', async () => {
  let failures = 3
  const { run, seeks, lines } = open((partition) => {
    if (partition === 0 && failures-- > 0) return Promise.reject(new RetriableError('database down'))
    return 5
  })
  await run()
  assert.deepEqual(seeks, ['0 to 5', '1 to 5'])
  assert.equal(lines.filter(({ message }) => message.includes('waits until')).length, 1)
})

test('an assignment that is over moves nothing', async () => {
  const { run, seeks } = open(() => Promise.reject(new RetriableError('database down')))
  let calls = 0
  await run(() => ++calls < 3)
  assert.deepEqual(seeks, [])
})
