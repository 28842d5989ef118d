import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BeginOptions, begin } from '../../../../../consumers/runtime/beginning/begin.ts'
import type { Place } from '../../../../../consumers/runtime/beginning/places.ts'
import type { CommittedOffset } from '../../../../../lib/kafka/offsets.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'

const refused = () => Promise.reject(Object.assign(new Error('not a member'), { type: 'UNKNOWN_MEMBER_ID' }))

/**
 * A group that reads the topic `push`, whose partitions hold ten records each.
 *
 * @param committed the offset of each partition at each look; the last look repeats
 */
const group = (committed: (number | undefined)[][], replaced: Partial<BeginOptions> = {}) => {
  const commits: Place[][] = []
  const { logger, lines } = recordingLogger()
  let looks = 0
  const commitsAt = (look: number): CommittedOffset[] =>
    (committed[Math.min(look, committed.length - 1)] ?? []).map((offset, partition) => ({
      topic: 'push',
      partition,
      offset,
      metadata: '',
    }))
  const ends = commitsAt(0).map(({ topic, partition }) => ({ topic, partition, low: 0, high: 10, leader: 1 }))
  const options: BeginOptions = {
    worker: 'w',
    group: 'g',
    topics: ['push'],
    begins: 'now',
    maxAgeMs: 1000,
    from: undefined,
    offsets: {
      committed: async () => commitsAt(looks++),
      ends: async () => ends,
      at: async () => ends.map(({ topic, partition }) => ({ topic, partition, offset: 4 })),
      commit: async (_, places) => void commits.push([...places]),
    },
    timeOf: async () => 50,
    firstStart: undefined,
    now: 100_000,
    logger,
    ...replaced,
  }
  return { options, commits, lines }
}

const offsetsIn = (commits: readonly (readonly Place[])[]) =>
  commits.map((places) => places.map(({ partition, offset }) => [partition, offset]))

test('a worker that begins now begins behind the newest record', async () => {
  const { options, commits } = group([[undefined, undefined]])
  await begin(options)
  assert.deepEqual(offsetsIn(commits), [
    [
      [0, 10],
      [1, 10],
    ],
  ])
})

test('a worker that has lost its offsets says so, and continues at a time', async () => {
  const { options, commits, lines } = group([[undefined]], { firstStart: 1 })
  await begin(options)
  assert.deepEqual(offsetsIn(commits), [[[0, 4]]])
  assert.deepEqual([lines[0]?.level, lines[0]?.fields.since], ['error', new Date(99_000).toISOString()])
})

test('when another process of the worker has begun at the same time, its offsets count', async () => {
  const { options } = group([[undefined], [7]])
  await begin({ ...options, offsets: { ...options.offsets, commit: refused } })
})

test('a refused commit is an error while nobody has committed', async () => {
  const { options } = group([[undefined]])
  await assert.rejects(
    begin({ ...options, offsets: { ...options.offsets, commit: refused } }),
    /not a member/,
  )
})

test('a partition is new if its oldest record came after the first start', async () => {
  for (const [firstStart, offset] of [
    [49, 0],
    [51, 10],
  ] as const) {
    const { options, commits } = group([[3, undefined]], { firstStart })
    await begin(options)
    assert.deepEqual(offsetsIn(commits), [[[1, offset]]])
  }
})

test('where the first records were deleted, the partition is not new', async () => {
  const { options, commits } = group([[3, undefined]], { firstStart: 1 })
  const ends = async () => [{ topic: 'push', partition: 1, low: 2, high: 10, leader: 1 }]
  await begin({ ...options, offsets: { ...options.offsets, ends } })
  assert.deepEqual(offsetsIn(commits), [[[1, 10]]])
})

test('new partitions of a worker that begins at the oldest record are left to setup', async () => {
  const { options, commits } = group([[3, undefined]], { firstStart: 1, begins: 'oldest' })
  await begin(options)
  assert.deepEqual(commits, [])
})

test('new partitions are left to setup while another process of the worker is running', async () => {
  const { options } = group([[3, undefined]], { firstStart: 1 })
  await begin({ ...options, offsets: { ...options.offsets, commit: refused } })
})
