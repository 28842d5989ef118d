import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePlace } from '../../../../cli/offsets/parse-place.ts'

test('a place is the beginning, the end, an offset or a time', () => {
  const now = Date.parse('2026-06-01T12:00:00Z')
  assert.deepEqual(
    ['beginning', 'end', '17', '2h', '2026-05-01', '2026-05-01T10:00:00Z'].map((text) =>
      parsePlace(text, now),
    ),
    [
      { kind: 'beginning' },
      { kind: 'end' },
      { kind: 'offset', offset: 17 },
      { kind: 'time', time: Date.parse('2026-06-01T10:00:00Z') },
      { kind: 'time', time: Date.parse('2026-05-01T00:00:00Z') },
      { kind: 'time', time: Date.parse('2026-05-01T10:00:00Z') },
    ],
  )
  for (const text of ['', 'start', '-3', '2 weeks', '2026-05-01 and more', '2026-02-30', '1.5h'])
    assert.throws(() => parsePlace(text, now), {
      name: 'UsageError',
      message: new RegExp(
        `^--to: "${text}" is not a place in a topic\\. Use beginning, end, an offset \\(4711\\)`,
      ),
    })
})
