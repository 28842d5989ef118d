import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventTypes } from '../../../../schemas/catalogue.ts'
import { createNames } from '../../../../schemas/topics.ts'
import { deliver, hookOf } from '../../../helpers/records/deliver.ts'
import { fixtures, type Sample } from '../../../helpers/records/samples.ts'

const topics = new Set(eventTypes.map(createNames('').topic))

/** No stage throws, the topic is one of ours, and the record has every byte of the body. */
const assertKept = async (body: Buffer, headers: Sample['headers']) => {
  const { message, decoded } = await deliver(hookOf(body, headers))
  assert.ok(topics.has(message.topic), message.topic)
  assert.ok(decoded.raw.equals(body))
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
  return message.topic
}

/** JSON values of every kind, few of which are what a stage expects. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    '\udfff\ud800',
    '\ufeff',
    '[REDACTED]',
    '0'.repeat(40),
    '2024-02-30',
    '9'.repeat(400),
    'x'.repeat(70_000),
  ),
)
const hostileNumber = fc.oneof(fc.double(), fc.constantFrom(2 ** 53, -(2 ** 63), 1e308, 0.1, -0, 2 ** 31))
const hostileKey = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    'id',
    'raw',
    'delivery',
    'project_id',
    '\0',
    '\ud800',
  ),
  fc.string(),
)
const hostileValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    hostileText,
    hostileNumber,
    fc.constantFrom(null, true, false),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(hostileKey, tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value

type Json = Record<string, unknown> | unknown[]
const isContainer = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** Every place of a body whose value can be replaced. */
const placesOf = (json: Json): { holder: Record<string, unknown>; key: string }[] =>
  Object.entries(json).flatMap(([key, value]) => [
    { holder: json as Record<string, unknown>, key },
    ...(isContainer(value) ? placesOf(value) : []),
  ])

type Mutation = { at: number; change: 'drop' | 'replace' | 'wrap' | 'add'; key: string; value: unknown }
const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    at: fc.nat(),
    change: fc.constantFrom('drop', 'replace', 'wrap', 'add'),
    key: hostileKey,
    value: hostileValue,
  }),
  { minLength: 1, maxLength: 6 },
)

const mutate = (sample: Sample, changes: Mutation[]): Buffer => {
  const json = JSON.parse(sample.body.toString()) as Json
  for (const { at, change, key, value } of changes) {
    const places = placesOf(json)
    const place = places[at % Math.max(places.length, 1)]
    if (place === undefined) continue
    if (change === 'drop') delete place.holder[place.key]
    else if (change === 'replace') place.holder[place.key] = value
    else if (change === 'wrap') place.holder[place.key] = [place.holder[place.key]]
    else
      Object.defineProperty(place.holder, key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      })
  }
  return Buffer.from(JSON.stringify(json))
}

test('every hook is kept as a whole on one of our topics, whatever it contains', async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...fixtures), mutations, async (sample, changes) => {
      const topic = await assertKept(mutate(sample, changes), sample.headers)
      seen.set(topic, (seen.get(topic) ?? 0) + 1)
    }),
    { numRuns: 6000 },
  )
  // If the generator made only bodies for the quarantine, this test would prove nothing.
  assert.ok((seen.get('gitlab.quarantine') ?? 0) > 50)
  assert.ok([...seen].filter(([topic]) => !/unknown|quarantine/.test(topic)).length > 5)
})

test('a body that was cut, doubled or overwritten on the way is kept as it came', async () => {
  const damage = fc.record({ from: fc.nat(), bytes: fc.uint8Array({ maxLength: 5 }), cut: fc.nat(20) })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...fixtures),
      fc.array(damage, { maxLength: 3 }),
      async ({ body, headers }, damages) => {
        let bytes = body
        for (const { from, bytes: inserted, cut } of damages) {
          const at = from % (bytes.length + 1)
          bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + cut)])
        }
        await assertKept(bytes, headers)
      },
    ),
    { numRuns: 4000 },
  )
})

test('any JSON that names one of our events is kept', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...eventTypes, 'build'),
      fc.array(fc.tuple(hostileKey, hostileValue)),
      async (object_kind, entries) => {
        await assertKept(Buffer.from(JSON.stringify({ ...Object.fromEntries(entries), object_kind })), {})
      },
    ),
    { numRuns: 2000 },
  )
})

test('bodies that no generator would make are kept, too', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const bodies: Record<string, string | Buffer> = {
    nothing: '',
    'one NUL': '\0',
    'a byte order mark': '\ufeff{"object_kind":"push"}',
    'UTF-16': Buffer.from('{"object_kind":"push"}', 'utf16le'),
    'broken UTF-8': Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    'lone surrogates': '{"object_kind":"push","ref":"\\ud800","before":"\\udfff","after":"x","project_id":1}',
    'nesting deeper than the stack':
      '{"object_kind":"merge_request",' +
      `"object_attributes":{"id":1,"merge_params":{"x":${deep}}},"project":{"id":1}}`,
    'only nesting': deep,
    'a number beyond numbers': '{"object_kind":"push","project_id":1e999,"before":"a","after":"b","ref":"c"}',
    'one key twice':
      '{"object_kind":"push","object_kind":"tag_push","project_id":1,"project_id":2,' +
      '"before":"a","after":"b","ref":"c"}',
    'a polluting __proto__':
      '{"__proto__":{"polluted":1},"object_kind":"push","push_options":{"__proto__":{"polluted":1}},' +
      '"project_id":1,"before":"a","after":"b","ref":"c"}',
    'changes named __proto__':
      '{"object_kind":"merge_request","object_attributes":{"id":1},"project":{"id":1},' +
      '"changes":{"__proto__":{"previous":1,"current":2}}}',
    'five megabytes of commits': JSON.stringify({
      object_kind: 'push',
      project_id: 1,
      before: 'a',
      after: 'b',
      ref: 'c',
      commits: Array(50_000).fill({ id: 'x'.repeat(80) }),
    }),
  }
  for (const [name, body] of Object.entries(bodies))
    await assert.doesNotReject(assertKept(Buffer.from(body), {}), name)
})
