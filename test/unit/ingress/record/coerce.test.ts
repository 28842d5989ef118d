import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Coerce,
  toBoolean,
  toChanges,
  toDouble,
  toEmail,
  toInt,
  toIsZeroSha,
  toJson,
  toJsonMap,
  toLong,
  toText,
  toVisibility,
} from '../../../../ingress/record/coerce.ts'

/** The value that was read, or `fault`. */
const read = <T>(coerce: Coerce<T>, value: unknown): T | null | 'fault' => {
  const problems = { faults: [] as string[], missing: [] as string[] }
  const result = coerce(value, 'a.path', problems)
  assert.deepEqual(problems.missing, [])
  if (problems.faults.length === 0) return result
  assert.deepEqual([result, problems.faults], [null, ['a.path']])
  return 'fault'
}
const coercions = {
  toText,
  toBoolean,
  toLong,
  toInt,
  toDouble,
  toJson,
  toJsonMap,
  toChanges,
  toEmail,
  toIsZeroSha,
  toVisibility,
}

test('an absent value or null is null, and not a fault', () => {
  for (const [name, coerce] of Object.entries(coercions))
    for (const nothing of [undefined, null])
      assert.equal(read(coerce as Coerce<unknown>, nothing), null, name)
})

test('a coercion never throws, and reports at most its own path, whatever JSON it gets', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(...(Object.values(coercions) as Coerce<unknown>[])),
      (value, coerce) => {
        read(coerce, value)
      },
    ),
    { numRuns: 2000 },
  )
})

test('text is kept as it is, and anything else is a fault', () => {
  for (const text of ['', 'ä\0', '\ud800']) assert.equal(read(toText, text), text)
  for (const other of [1, true, {}, []]) assert.equal(read(toText, other), 'fault')
})

test('a boolean is a boolean, or the text true or false; 0, 1 and other texts are faults', () => {
  for (const value of [true, false]) {
    assert.equal(read(toBoolean, value), value)
    assert.equal(read(toBoolean, String(value)), value)
  }
  for (const other of [0, 1, 'yes', 'TRUE', '', {}]) assert.equal(read(toBoolean, other), 'fault')
})

test('ids of more than 32 bits are kept exactly, as numbers and as text', () => {
  for (const id of [0, -1, 15_663_409_982, Number.MAX_SAFE_INTEGER]) {
    assert.equal(read(toLong, id), id)
    assert.equal(read(toLong, String(id)), String(id).length > 15 ? 'fault' : id)
  }
})

test('an integer that JSON cannot represent exactly is a fault, and is not rounded', () => {
  for (const value of [
    2 ** 53,
    -(2 ** 53),
    1e300,
    Number.POSITIVE_INFINITY,
    1.5,
    '1.5',
    '1e3',
    '',
    ' 7',
    '0x7',
    '9'.repeat(16),
    true,
    [7],
  ])
    assert.equal(read(toLong, value), 'fault', String(value))
})

test('an int has at most 32 bits', () => {
  for (const value of [2 ** 31 - 1, -(2 ** 31 - 1), '2147483647'])
    assert.equal(read(toInt, value), Number(value))
  for (const value of [2 ** 31, '2147483648', -(2 ** 31) - 1]) assert.equal(read(toInt, value), 'fault')
})

test('a double is any number, as a number or as decimal text', () => {
  for (const value of [0.5, -3, 1e300]) assert.equal(read(toDouble, value), value)
  for (const [text, value] of [
    ['0.5', 0.5],
    ['62.148397104446744', 62.148397104446744],
    ['-3', -3],
    ['1e-7', 1e-7],
  ] as const)
    assert.equal(read(toDouble, text), value)
  for (const other of ['', '.5', '0x7', 'NaN', ' 1', `1${'0'.repeat(20)}`, true, [1]])
    assert.equal(read(toDouble, other), 'fault', String(other))
})

test('an open value is kept as JSON text, which parses to the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = read(toJson, value)
      if (value === null) assert.equal(text, null)
      else assert.deepEqual(JSON.parse(text ?? ''), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('a value that is nested deeper than the stack is a fault, not a crash', () => {
  let deep: unknown = 1
  for (let depth = 0; depth < 200_000; depth++) deep = [deep]
  assert.equal(read(toJson, deep), 'fault')
})

test('each value of an open map becomes JSON text', () => {
  assert.deepEqual(
    { ...(read(toJsonMap, { ci: { skip: true }, text: 'x', none: null }) as object) },
    { ci: '{"skip":true}', text: '"x"', none: 'null' },
  )
  for (const other of ['{}', 1, [], [['a', 1]]]) assert.equal(read(toJsonMap, other), 'fault')
})

test('a key __proto__ is an ordinary key and changes no prototype', () => {
  const map = read(toJsonMap, JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')) as Record<
    string,
    string
  >
  assert.deepEqual(Object.keys(map), ['__proto__', 'constructor'])
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

test('a change has previous and current, or is a list of the two, or is the new value alone', () => {
  const changes = read(toChanges, {
    title: { previous: 'a', current: 'b' },
    reviewers: [[{ id: 1 }], []],
    id: { previous: null, current: 7 },
    flag: true,
    empty: {},
    nothing: null,
  }) as Record<string, unknown>
  assert.deepEqual(
    { ...changes },
    {
      title: { previous: '"a"', current: '"b"' },
      reviewers: { previous: '[{"id":1}]', current: '[]' },
      id: { previous: null, current: '7' },
      flag: { previous: null, current: 'true' },
      empty: { previous: null, current: null },
      nothing: { previous: null, current: null },
    },
  )
})

test('changes that are a list, as in a repository update, are not a map of changes', () => {
  assert.equal(read(toChanges, [{ before: 'a', after: 'b' }]), 'fault')
})

test('an address that GitLab hides is null, and not a fault', () => {
  for (const hidden of ['', '[REDACTED]']) assert.equal(read(toEmail, hidden), null)
  assert.equal(read(toEmail, 'a@example.com'), 'a@example.com')
  assert.equal(read(toEmail, 7), 'fault')
})

test('only 40 or 64 zeros mean that there is no commit', () => {
  for (const zeros of [40, 64]) assert.equal(read(toIsZeroSha, '0'.repeat(zeros)), true)
  for (const sha of ['0'.repeat(39), '0'.repeat(41), '0'.repeat(63), `${'0'.repeat(39)}1`, ''])
    assert.equal(read(toIsZeroSha, sha), false)
})

test('a visibility is a number, a name, or the form of older instances', () => {
  const written: [unknown, string][] = [
    [0, 'private'],
    [10, 'internal'],
    [20, 'public'],
    ['20', 'public'],
    ['public', 'public'],
    ['Private', 'private'],
    ['visibilitylevel|internal', 'internal'],
  ]
  for (const [value, visibility] of written)
    assert.equal(read(toVisibility, value), visibility, String(value))
})

test('an unknown visibility is other', () => {
  for (const value of [15, 'secret', '', 'constructor', '__proto__'])
    assert.equal(read(toVisibility, value), 'other', String(value))
  assert.equal(read(toVisibility, { level: 0 }), 'fault')
})
