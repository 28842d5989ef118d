import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nullableOf } from '../../schemas/avro-schema.ts'
import { catalogue, eventTypes, isOurOwn } from '../../schemas/catalogue.ts'
import { shapes } from '../../schemas/load.ts'
import { deliver, hookOf } from '../helpers/records/deliver.ts'
import { corpus, fixtures, type Sample } from '../helpers/records/samples.ts'

/**
 * Fields that a sample brings in a shape no GitLab has ever sent, or in one we cannot do better with;
 * and why.
 */
const knownFaults: Readonly<Record<string, { fields: string[]; reason: string }>> = {}

/** What a body calls itself → our event. */
const aliases: Readonly<Record<string, string>> = { build: 'job' }

/** The event a sample must become, by its own word; undefined where the catalogue does not know it yet. */
const expectedEvent = ({ body }: Sample): string | undefined => {
  const { object_kind, event_name } = JSON.parse(body.toString()) as {
    object_kind?: string
    event_name?: string
  }
  const word = object_kind ?? event_name ?? ''
  const event = aliases[word] ?? word
  return Object.hasOwn(catalogue, event) ? event : undefined
}

for (const [origin, samples] of [
  ['our own', fixtures],
  ["GitLab's documentation", corpus],
] as const) {
  test(`every sample of ${origin} becomes a whole record of its own event`, async (t) => {
    if (samples.length === 0) return t.skip('not present here')
    for (const sample of samples) {
      const { event, message, decoded } = await deliver(hookOf(sample.body, sample.headers))
      assert.ok(decoded.raw.equals(sample.body), sample.name)
      assert.equal(message.topic, `gitlab.${event}`, sample.name)
      assert.equal(decoded.delivery.event_type, event, sample.name)
      const expected = expectedEvent(sample)
      if (expected === undefined) assert.equal(event, 'unknown', sample.name)
      else assert.ok([expected, `confidential_${expected}`].includes(event), `${sample.name}: ${event}`)
      if (/confidential/.test(sample.name)) assert.match(event, /^confidential_/, sample.name)
    }
  })

  test(`no field of any sample of ${origin} is unreadable`, async (t) => {
    if (samples.length === 0) return t.skip('not present here')
    for (const sample of samples) {
      const { decoded } = await deliver(hookOf(sample.body, sample.headers))
      assert.deepEqual(decoded.delivery.coercion_faults, knownFaults[sample.name]?.fields ?? [], sample.name)
    }
  })
}

test('every event of the catalogue has a sample of our own', async () => {
  const seen = new Set<string>()
  for (const sample of fixtures) seen.add((await deliver(hookOf(sample.body, sample.headers))).event)
  assert.deepEqual(
    eventTypes.filter((event) => !seen.has(event) && !isOurOwn(event)),
    [],
  )
})

test('a text that needs no conversion is the same in the record as in the body', async () => {
  let compared = 0
  for (const sample of [...fixtures, ...corpus]) {
    const { event, decoded } = await deliver(hookOf(sample.body, sample.headers))
    const body = JSON.parse(sample.body.toString()) as Record<string, unknown>
    for (const { name, type, from, coerce } of shapes.get(catalogue[event].schema)?.fields ?? []) {
      const isText = type === 'string' || nullableOf(type) === 'string'
      if (!isText || from !== undefined || coerce !== undefined || body[name] == null || name === 'reason')
        continue
      compared++
      assert.equal(decoded[name], body[name], `${sample.name}: ${name}`)
    }
  }
  assert.ok(compared > 200)
})

test('a time in a record is the time in the body', async () => {
  const { decoded } = await deliver(
    hookOf(
      Buffer.from(
        '{"event_name":"project_create","project_id":1,' +
          '"created_at":"2012-07-21T07:30:54Z","updated_at":"2012-07-21 07:38:22 UTC"}',
      ),
    ),
  )
  assert.deepEqual(
    [decoded.created_at, decoded.updated_at],
    [Date.UTC(2012, 6, 21, 7, 30, 54), Date.UTC(2012, 6, 21, 7, 38, 22)],
  )
})
