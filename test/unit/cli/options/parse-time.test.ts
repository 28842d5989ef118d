import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTime, parseTimeoutMs } from '../../../../cli/options/parse-time.ts'

const now = Date.parse('2026-06-01T12:00:00Z')

test('a time is a date, an ISO 8601 time, or a duration before now', () => {
  for (const [text, wanted] of [
    ['2026-05-01', '2026-05-01T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['2026-05-01T10:00Z', '2026-05-01T10:00:00Z'],
    ['2026-05-01T10:00:30Z', '2026-05-01T10:00:30Z'],
    ['2026-05-01T10:00:30.250Z', '2026-05-01T10:00:30.250Z'],
    ['2026-05-01T12:00:00+02:00', '2026-05-01T10:00:00Z'],
    ['30s', '2026-06-01T11:59:30Z'],
    ['15m', '2026-06-01T11:45:00Z'],
    ['12h', '2026-06-01T00:00:00Z'],
    ['7d', '2026-05-25T12:00:00Z'],
  ] as const)
    assert.equal(parseTime('--since', text, now), Date.parse(wanted), text)
  const local = '2026-05-01T10:00:00'
  assert.equal(parseTime('--since', local, now), Date.parse(local), 'a time without a zone is local time')
})

test('any other text is refused with the name of the option and an example', () => {
  for (const text of [
    '12', // the Date constructor reads this as December 2001
    '2026',
    '1717200000',
    '1717200000000',
    'yesterday',
    'May 1, 2026',
    '2026-05',
    '2026-5-1',
    '2026-13-01',
    '2026-02-30',
    '2026-05-01 and more',
    '2026-05-01 10:00',
    '2026-05-01T25:00:00Z',
    '7w',
    '7D',
    '1.5h',
    '-1d',
    ' 7d',
    '7 d',
    '',
    `${'9'.repeat(20)}d`,
  ])
    assert.throws(() => parseTime('--until', text, now), {
      name: 'UsageError',
      message:
        `--until: "${text}" is not a time. Use a date (2026-05-01), ` +
        'an ISO 8601 time (2026-05-01T12:00:00Z), or a duration before now (30s, 15m, 12h, 7d).',
    })
})

test('a timeout is a number of seconds or a duration, and no longer than a timer can wait', () => {
  for (const [text, wanted] of [
    ['1', 1000],
    ['90', 90_000],
    ['30s', 30_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['24d', 2_073_600_000],
  ] as const)
    assert.equal(parseTimeoutMs('--timeout', text), wanted, text)
  for (const text of ['', '0', '0s', '-1', '1.5', '15min', '2026-05-01', '25d', '9'.repeat(20)])
    assert.throws(() => parseTimeoutMs('--timeout', text), {
      name: 'UsageError',
      message: new RegExp(`^--timeout: "${text}" is not a time to wait\\. .*seconds \\(30\\).*15m`),
    })
})
