import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Place } from '../../../../cli/offsets/parse-place.ts'
import { targetsOf } from '../../../../cli/offsets/targets-of.ts'
import type { Offsets } from '../../../../lib/kafka/offsets.ts'

const topic = 'gitlab.push'

/** Partition 0 holds the offsets 5 to 10, partition 1 holds 0 to 3. A time means 7 and 2 in them. */
const offsets = {
  ends: async () => [
    { topic, partition: 0, low: 5, high: 10, leader: 0 },
    { topic, partition: 1, low: 0, high: 3, leader: 0 },
  ],
  at: async () => [
    { topic, partition: 0, offset: 7 },
    { topic, partition: 1, offset: 2 },
  ],
} as unknown as Offsets

const targets = async (place: Place, partitions: readonly number[] = [0, 1]) => {
  const isSelected = ({ partition }: { partition: number }) => partitions.includes(partition)
  return (await targetsOf(offsets, [topic], place, isSelected)).map((each) => [each.partition, each.offset])
}

test('a place is one offset in each selected partition', async () => {
  for (const [place, partitions, wanted] of [
    [{ kind: 'beginning' }, [0, 1], { 0: 5, 1: 0 }],
    [{ kind: 'end' }, [0, 1], { 0: 10, 1: 3 }],
    [{ kind: 'time', time: 1 }, [0, 1], { 0: 7, 1: 2 }],
    [{ kind: 'time', time: 1 }, [1], { 1: 2 }],
    [{ kind: 'offset', offset: 5 }, [0], { 0: 5 }],
    [{ kind: 'offset', offset: 10 }, [0], { 0: 10 }],
    [{ kind: 'end' }, [], {}],
  ] as const)
    assert.deepEqual(Object.fromEntries(await targets(place, partitions)), wanted, JSON.stringify(place))
})

test('an offset that a selected partition does not hold is refused by its name', async () => {
  for (const [offset, partitions, sentence] of [
    [4, [0], '--to: gitlab.push/0 holds offsets 5 to 10, not 4.'],
    [11, [0], '--to: gitlab.push/0 holds offsets 5 to 10, not 11.'],
    [5, [0, 1], '--to: gitlab.push/1 holds offsets 0 to 3, not 5.'],
  ] as const)
    await assert.rejects(targets({ kind: 'offset', offset }, partitions), {
      name: 'UsageError',
      message:
        `${sentence} Use an offset that it holds, ` +
        'or select another partition with --topic and --partition.',
    })
})
