import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DeadLetter, deadLetterOf } from '../../../../cli/dead-letters/dead-letter.ts'
import { groupByFingerprint } from '../../../../cli/dead-letters/list-dead-letters.ts'
import { createSelect, mustSelect, type Selection } from '../../../../cli/dead-letters/select.ts'
import { deadLetterHeaders, fingerprintOf } from '../../../../consumers/dead-letter-headers.ts'
import type { EventType } from '../../../../schemas/catalogue.ts'

const letter = (offset: number, event: EventType, project: string, error: unknown): DeadLetter => {
  const message = {
    topic: `gitlab.${event}`,
    partition: 0,
    offset: String(offset),
    timestamp: '0',
    key: Buffer.from(project),
    value: null,
    headers: {},
  }
  const headers = Object.fromEntries(
    Object.entries(deadLetterHeaders(message, event, error, 2)).map(([name, value]) => [name, String(value)]),
  )
  const at = new Date(Date.UTC(2026, 4, 1 + offset)).toISOString()
  const logged = { topic: 'dead', partition: 0, offset, timestamp: 0, key: `gitlab.${event}/0/${offset}`, value: null }
  return deadLetterOf('a-worker', { ...logged, headers: { ...headers, 'dead-letter-at': at } })
}

const letters = [
  letter(0, 'push', '7', new Error('no user 17')),
  letter(1, 'push', '8', new Error('no user 18')),
  letter(2, 'issue', '7', new TypeError('x is undefined')),
]
const selected = (selection: Partial<Selection>) =>
  letters.filter(createSelect({ keys: [], ...selection }, Date.UTC(2026, 4, 4))).map(({ offset }) => offset)

test('dead letters are selected by key, event, project, error and time; all conditions must hold', () => {
  const cases: [Partial<Selection>, number[]][] = [
    [{}, [0, 1, 2]],
    [{ keys: ['gitlab.push/0/1'] }, [1]],
    [{ event: 'push' }, [0, 1]],
    [{ project: '7' }, [0, 2]],
    [{ project: '7', event: 'push' }, [0]],
    [{ fingerprint: fingerprintOf(new TypeError('x is undefined')).slice(0, 6) }, [2]],
    [{ since: '2026-05-02', until: '2026-05-03' }, [1]],
    [{ since: '36h' }, [2]],
  ]
  for (const [selection, wanted] of cases) assert.deepEqual(selected(selection), wanted, JSON.stringify(selection))
})

test('failures of one kind are one group, whatever the numbers, ids and quoted values in them', () => {
  assert.deepEqual(
    groupByFingerprint(letters).map(({ error, message, count, events, first, last }) => [
      error,
      message,
      count,
      events,
      first.slice(0, 10),
      last.slice(0, 10),
    ]),
    [
      ['Error', 'no user 18', 2, ['push'], '2026-05-01', '2026-05-02'],
      ['TypeError', 'x is undefined', 1, ['issue'], '2026-05-03', '2026-05-03'],
    ],
  )
  assert.notEqual(fingerprintOf(new Error('x')), fingerprintOf(new TypeError('x')))
})

test('nothing is changed before somebody has said what', () => {
  assert.throws(() => mustSelect({ keys: [] }), { name: 'UsageError' })
  mustSelect({ keys: [], all: true })
  mustSelect({ keys: [], event: 'push' })
})
