import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Coerce } from '../../../../ingress/record/coerce.ts'
import { toDate, toTimestamp } from '../../../../ingress/record/coerce-time.ts'

const read = (coerce: Coerce<number>, value: unknown): number | null | 'fault' => {
  const problems = { faults: [] as string[], missing: [] as string[] }
  const result = coerce(value, 'a.path', problems)
  return problems.faults.length === 0 ? result : 'fault'
}
const utc = (iso: string) => new Date(iso).getTime()

test('every format in which GitLab has sent a time gives the right number', () => {
  const written: [string, number][] = [
    ['2012-07-21T07:30:54Z', utc('2012-07-21T07:30:54.000Z')],
    ['2017-09-15 16:50:55 UTC', utc('2017-09-15T16:50:55.000Z')],
    ['2026-05-29T04:40:14.133Z', utc('2026-05-29T04:40:14.133Z')],
    ['2011-12-12T14:27:31+02:00', utc('2011-12-12T12:27:31.000Z')],
    ['2021-04-28 21:50:00 +0200', utc('2021-04-28T19:50:00.000Z')],
    ['2026-08-02T07:59:54.000+00:00', utc('2026-08-02T07:59:54.000Z')],
    ['2014-08-18 18:45:16 UTC', utc('2014-08-18T18:45:16.000Z')],
    ['2015-04-08T21: 00:25-07:00', utc('2015-04-09T04:00:25.000Z')],
    ['2024-01-26', utc('2024-01-26T00:00:00.000Z')],
    ['2021-02-23 02:41:37', utc('2021-02-23T02:41:37.000Z')],
  ]
  for (const [text, millis] of written) assert.equal(read(toTimestamp, text), millis, text)
})

test('a time in any format of ISO 8601 that GitLab uses is read exactly', () => {
  const time = fc.date({
    min: new Date('0101-01-01T00:00:00Z'),
    max: new Date('9998-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  const offset = fc.integer({ min: -14 * 60, max: 14 * 60 })
  fc.assert(
    fc.property(time, offset, fc.boolean(), fc.boolean(), (date, minutes, hasColon, hasT) => {
      const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1)
      const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
        String(part).padStart(2, '0'),
      )
      const zone = `${minutes < 0 ? '-' : '+'}${hours}${hasColon ? ':' : ''}${rest}`
      assert.equal(
        read(toTimestamp, hasT ? `${local}${zone}` : `${local.replace('T', ' ')} ${zone}`),
        date.getTime(),
      )
    }),
    { numRuns: 2000 },
  )
})

test('every millisecond is kept, and finer fractions are cut off', () => {
  for (let millis = 0; millis < 1000; millis++) {
    const fraction = String(millis).padStart(3, '0')
    for (const text of [fraction, `${fraction}999`])
      assert.equal(read(toTimestamp, `1970-01-01T00:00:00.${text}Z`), millis, text)
  }
  assert.equal(read(toTimestamp, '1970-01-01T00:00:00.5Z'), 500)
})

test('leap days exist in leap years only', () => {
  for (const day of ['2024-02-29', '2000-02-29', '2024-02-29T23:59:59Z'])
    assert.notEqual(read(toTimestamp, day), 'fault', day)
  for (const day of ['2023-02-29', '1900-02-29', '2100-02-29', '2024-02-30'])
    assert.equal(read(toTimestamp, day), 'fault', day)
})

test('a day or an hour that does not exist is a fault, and not the next one', () => {
  const texts = [
    ['2024-00-10', '2024-13-01', '2024-01-00', '2024-01-32', '2024-04-31'],
    [
      '2024-01-01T24:00:00Z',
      '2024-01-01T25:00:00Z',
      '2024-01-01T00:60:00Z',
      '2024-01-01T00:00:60Z',
      '2024-01-01T00:00:61Z',
      '2024-01-01T00:00:99Z',
    ],
    ['2024-01-01T00:00:00+24:00', '2024-01-01T00:00:00+99:99', '2024-01-01T00:00:00-00:60'],
  ].flat()
  for (const text of texts) assert.equal(read(toTimestamp, text), 'fault', text)
})

test('a year before 100, such as the zero time of other languages, is a fault', () => {
  for (const text of [
    '0000-00-00 00:00:00 UTC',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '0099-12-31',
  ])
    assert.equal(read(toTimestamp, text), 'fault', text)
})

test('a value that is not a time is a fault', () => {
  const texts = [
    '',
    'yesterday',
    '2024',
    '2024-01',
    '2024-1-1',
    '20240101',
    '2024-01-01T00:00Z',
    '2024-01-01T00:00:00 CET',
    ' 2024-01-01',
    '2024-01-01\n',
  ]
  for (const value of [
    ...texts,
    '2024-01-01T00:00:00.Z',
    '2024-01-01T00:00:00.0000000001Z',
    1_700_000_000,
    true,
    {},
    [],
  ])
    assert.equal(read(toTimestamp, value), 'fault', String(value))
})

test('null is no time, and not a fault', () => {
  for (const nothing of [null, undefined]) assert.equal(read(toTimestamp, nothing), null)
})

test('any text gives a time that a Date can represent, or a fault', () => {
  const digits = fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z| UTC|[+-]\d\d:?\d\d)?$/)
  fc.assert(
    fc.property(fc.oneof(fc.string(), digits), (text) => {
      const result = read(toTimestamp, text)
      assert.ok(result === 'fault' || (typeof result === 'number' && new Date(result).toISOString() !== ''))
    }),
    { numRuns: 2000 },
  )
})

test('a date is its number of days since 1970, also before 1970', () => {
  const written: [string, number][] = [
    ['1970-01-01', 0],
    ['1970-01-02', 1],
    ['1969-12-31', -1],
    ['2024-02-29', 19_782],
    ['2026-05-29T23:59:59Z', 20_602],
    ['1969-12-31T23:59:59Z', -1],
  ]
  for (const [text, days] of written) assert.equal(read(toDate, text), days, text)
  assert.equal(read(toDate, 'soon'), 'fault')
})
