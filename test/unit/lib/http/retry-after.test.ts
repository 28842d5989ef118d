import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longestDurationMs } from '../../../../lib/duration.ts'
import { parseRetryAfter } from '../../../../lib/http/retry-after.ts'

const now = Date.UTC(2026, 4, 1, 12, 0, 0)

test('Retry-After is a number of seconds or an HTTP date', () => {
  for (const [header, waitMs] of [
    ['0', 0],
    [' 120 ', 120_000],
    ['Fri, 01 May 2026 12:00:30 GMT', 30_000],
    ['Friday, 01-May-26 12:00:30 GMT', 30_000],
    ['Fri, 01 May 2026 11:00:00 GMT', 0],
  ] as const)
    assert.equal(parseRetryAfter(header, now), waitMs, header)
})

test('no header makes a timer overflow', () => {
  for (const header of ['2592000', '9'.repeat(400), 'Sat, 01 May 2066 12:00:00 GMT'])
    assert.equal(parseRetryAfter(header, now), longestDurationMs, header)
})

test('a header in any other form is left out', () => {
  for (const header of [
    undefined,
    null,
    '',
    'soon',
    '-1',
    '1.5',
    'NaN',
    '2026-05-01',
    'Fri, 99 May 2026 12:00:00 GMT',
  ])
    assert.equal(parseRetryAfter(header, now), undefined, String(header))
})
