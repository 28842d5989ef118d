import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeEventId, encodeEventId } from '../../../../consumers/event-feed/position/event-id.ts'
import { coverageOf, createLayout } from '../../../../consumers/event-feed/position/layout.ts'
import {
  compareWithLog,
  offsetsOf,
  partitionsOf,
  timeMarginMs,
} from '../../../../consumers/event-feed/position/resume.ts'
import type { EventType } from '../../../../schemas/catalogue.ts'

const topic = { topic: 'gitlab.push', event: 'push', id: 'id', partitions: 2 } as const
const coverageIn = (cluster: string, topics = [topic] as Parameters<typeof createLayout>[1]) =>
  coverageOf(createLayout(cluster, topics), new Set<EventType>(['push']))
const layout = createLayout('here', [topic])
const coverage = coverageIn('here')
const time = 1_800_000_000_000
const id = decodeEventId(encodeEventId(coverage, time, Float64Array.of(10, 20))) ?? assert.fail()
const compare = (...ends: [low: number, high: number][]) =>
  compareWithLog(
    id,
    Float64Array.of(10, 20),
    ends.map(([low, high]) => ({ low, high })),
    partitionsOf(layout, coverage),
  )

test('an id continues by its offsets where cluster and topics are the same', () => {
  assert.deepEqual(offsetsOf(id, coverage), Float64Array.of(10, 20))
})

for (const [because, other] of [
  ['another_cluster', coverageIn('elsewhere')],
  ['other_topics', coverageIn('here', [{ ...topic, id: 'created-again' }])],
  ['other_topics', coverageIn('here', [{ ...topic, partitions: 3 }])],
] as const)
  test(`an id of ${because.replaceAll('_', ' ')} continues by time, less a margin`, () => {
    assert.deepEqual(offsetsOf(id, other), { basis: 'time', since: time - timeMarginMs, because })
  })

test('offsets that the log has continue exactly; those it has deleted are told, and none is skipped', () => {
  assert.deepEqual(compare([0, 10], [0, 30]), {
    basis: 'offset',
    next: Float64Array.of(10, 20),
    missing: [],
  })
  assert.deepEqual(compare([0, 10], [25, 30]), {
    basis: 'offset',
    next: Float64Array.of(10, 25),
    missing: [{ topic: 'gitlab.push', partition: 1, from_offset: 20, to_offset: 24 }],
  })
})

test('an offset beyond the end never continues at the end', () => {
  const resume = compare([0, 9], [0, 30])
  assert.deepEqual(resume, { basis: 'time', since: time - timeMarginMs, because: 'offsets_beyond_the_end' })
})
