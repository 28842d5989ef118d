import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decodeEventId,
  encodeEventId,
  longestId,
} from '../../../../consumers/event-feed/position/event-id.ts'
import { coverageOf, createLayout } from '../../../../consumers/event-feed/position/layout.ts'
import { type EventType, eventTypes } from '../../../../schemas/catalogue.ts'

/** Sixty topics of six partitions: more events than the catalogue has, so some have two topics. */
const topics = Array.from({ length: 60 }, (_, number) => {
  const event = eventTypes[number % eventTypes.length] ?? 'push'
  return { topic: `gitlab.${event}.${number}`, event, id: `id-${number}`, partitions: 6 }
})
const layout = createLayout('a-cluster', topics)
const all = coverageOf(layout, new Set(eventTypes))
const pushes = coverageOf(
  createLayout('a-cluster', [{ topic: 'gitlab.push', event: 'push', id: 'id', partitions: 6 }]),
  new Set<EventType>(['push']),
)
const now = Date.parse('2026-12-01T12:00:00Z')
const offsetsOf = (count: number, offset: number) => new Float64Array(count).fill(offset)

test('an id of all topics has less than 2 KB, and one of one event type less than 100 bytes', () => {
  assert.equal(all.indexes.length, 360)
  const id = encodeEventId(all, now, offsetsOf(360, 200_000_000))
  assert.ok(id.length < 2048, `${id.length}`)
  assert.equal(decodeEventId(id)?.kind, 'offsets')
  const one = encodeEventId(pushes, now, offsetsOf(6, 30_000_000_000))
  assert.ok(one.length < 100, `${one.length}`)
  assert.match(id + one, /^[A-Za-z0-9_-]+$/)
})

test('an id that would be longer holds the time, and says so', () => {
  const id = encodeEventId(all, now, offsetsOf(360, 2 ** 40))
  assert.ok(id.length < 100)
  const decoded = decodeEventId(id)
  assert.deepEqual([decoded?.kind, decoded?.time], ['time', now])
})

test('every id is read back as it was', () => {
  const offset = fc.oneof(fc.nat(1000), fc.nat(), fc.maxSafeNat())
  fc.assert(
    fc.property(fc.array(offset, { minLength: 6, maxLength: 6 }), fc.nat(), (offsets, time) => {
      const decoded = decodeEventId(encodeEventId(pushes, time, Float64Array.from(offsets)))
      assert.ok(decoded?.kind === 'offsets')
      assert.deepEqual([...decoded.offsets], offsets)
      assert.equal(decoded.time, time)
      assert.ok(decoded.cluster.equals(pushes.cluster) && decoded.incarnations.equals(pushes.incarnations))
    }),
  )
})

test('no text from outside is read as an id by accident, and none throws', () => {
  for (const text of ['', ' ', '0', 'a'.repeat(longestId), 'AQ', '%00', '[{"topic":"x"}]', 'AgAAAAA', '☃'])
    assert.equal(decodeEventId(text), undefined, text)
  const id = encodeEventId(pushes, now, offsetsOf(6, 300))
  assert.equal(decodeEventId(id.slice(0, -1)), undefined, 'cut')
  const afterTime = encodeEventId(pushes, Number.MAX_SAFE_INTEGER, offsetsOf(6, 300))
  assert.equal(decodeEventId(afterTime), undefined, 'its time is no date')
  fc.assert(fc.property(fc.string(), (text) => void decodeEventId(text)))
})

test('the digest is another one for another cluster, topic id, number of partitions or event', () => {
  const one = { topic: 'gitlab.push', event: 'push', id: 'id', partitions: 6 } as const
  const other = { topic: 'gitlab.job', event: 'job', id: 'job', partitions: 6 } as const
  const digest = (cluster: string, list: Parameters<typeof createLayout>[1]) =>
    coverageOf(createLayout(cluster, list), new Set(eventTypes)).incarnations.toString('hex')
  const digests = [
    digest('a', [one]),
    digest('b', [one]),
    digest('a', [{ ...one, id: 'id-2' }]),
    digest('a', [{ ...one, partitions: 7 }]),
    digest('a', [one, other]),
  ]
  assert.equal(new Set(digests).size, digests.length)
  assert.equal(digest('a', [other, one]), digest('a', [one, other]), 'the order of the topics is fixed')
})
