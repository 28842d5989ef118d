import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { excessOf, type JsonSize, measureJson } from '../../../../ingress/record/json-size.ts'

const unlimited: JsonSize = { values: Number.POSITIVE_INFINITY, depth: Number.POSITIVE_INFINITY }

/** The size of a value, found by walking through it. */
const sizeOf = (value: unknown): JsonSize => {
  if (typeof value !== 'object' || value === null) return { values: 1, depth: 0 }
  const sizes = Object.values(value).map(sizeOf)
  return {
    values: sizes.reduce((sum, { values }) => sum + values, 1),
    depth: sizes.reduce((deepest, { depth }) => Math.max(deepest, depth), 0) + 1,
  }
}

/** Strings that a careless pass would take for structure. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"',
    '\\',
    '\\"',
    '[{,:}]',
    '{"a":[1,2]}',
    '\\\\"[',
    '\u2028',
    '€"',
    '\ud83d\ude00',
    '\n\t',
  ),
)
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false, 0, -1.5e300),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
})).value

test('the size is that of the value, whatever the strings contain and however it is laid out', () => {
  const indents = fc.constantFrom(0, 1, 4, '\t', '\r\n ')
  fc.assert(
    fc.property(json, indents, (value, indent) => {
      // The text is not parsed again: the V8 of Node 24.21 loses a member of some objects, such as
      // {"\\u0000":1,"\\\"":2,"\\\\":3}.
      assert.deepEqual(
        measureJson(Buffer.from(JSON.stringify(value, null, indent)), unlimited),
        sizeOf(value),
      )
    }),
    { numRuns: 5000 },
  )
})

test('a text that writes its characters as escapes has the same size', () => {
  const escaped = (value: unknown) =>
    JSON.stringify(value).replaceAll(/[^\0-\x7f]/g, (unit) =>
      Array.from(
        { length: unit.length },
        (_, index) => `\\u${unit.charCodeAt(index).toString(16).padStart(4, '0')}`,
      ).join(''),
    )
  fc.assert(
    fc.property(json, (value) => {
      assert.deepEqual(measureJson(Buffer.from(escaped(value)), unlimited), sizeOf(value))
    }),
  )
  assert.deepEqual(measureJson(Buffer.from('["\\u0022,[", 1]'), unlimited), { values: 3, depth: 1 })
})

test('the pass ends soon after a limit, and says which one', () => {
  const commits = Buffer.from(`[${'{},'.repeat(7_000_000)}{}]`)
  assert.ok(measureJson(commits, { values: 1000, depth: 100 }).values <= 1002)
  assert.match(String(excessOf(commits, { values: 1000, depth: 100 })), /holds more than 1000 JSON values/)
  const deep = Buffer.from('['.repeat(1_000_000))
  assert.equal(measureJson(deep, { values: 1e9, depth: 100 }).depth, 101)
  assert.match(String(excessOf(deep, { values: 1e9, depth: 100 })), /nested more than 100 levels/)
})

test('the limits themselves are allowed, also at the end of the text and before a name', () => {
  const limits = { values: 4, depth: 2 }
  for (const allowed of ['[1,2,3]', '{"a":1,"b":2,"c":3}', '[[],2,3]', '[1,2,"x"]', ''])
    assert.equal(excessOf(Buffer.from(allowed), limits), undefined, allowed)
  for (const refused of ['[1,2,3,4]', '{"a":1,"b":2,"c":3,"d":4}', '[1,2,3,"x"]', '[[[]]]'])
    assert.notEqual(excessOf(Buffer.from(refused), limits), undefined, refused)
})

test('bytes that are not JSON have some size', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { values, depth } = measureJson(bytes, unlimited)
      assert.ok(values <= bytes.length && depth <= bytes.length)
    }),
  )
})
