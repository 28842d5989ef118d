import assert from 'node:assert/strict'
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { type DeadLetter, deadLetterOf } from '../../../../cli/dead-letters/dead-letter.ts'
import { groupByFingerprint } from '../../../../cli/dead-letters/list-dead-letters.ts'
import type { Selection } from '../../../../cli/dead-letters/options.ts'
import { createSelector, requireCondition } from '../../../../cli/dead-letters/selector.ts'
import {
  deadLetterHeaders,
  fingerprintOf,
} from '../../../../consumers/runtime/dead-letters/dead-letter-headers.ts'
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
  const logged = {
    topic: 'dead',
    partition: 0,
    offset,
    timestamp: 0,
    key: `gitlab.${event}/0/${offset}`,
    value: null,
  }
  return deadLetterOf('a-worker', { ...logged, headers: { ...headers, 'dead-letter-at': at } })
}

const letters = [
  letter(0, 'push', '7', new Error('no user 17')),
  letter(1, 'push', '8', new Error('no user 18')),
  letter(2, 'issue', '7', new TypeError('x is undefined')),
]
const selected = (selection: Partial<Selection>) =>
  letters.filter(createSelector({ keys: [], ...selection }, Date.UTC(2026, 4, 4))).map(({ offset }) => offset)

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
  for (const [selection, wanted] of cases)
    assert.deepEqual(selected(selection), wanted, JSON.stringify(selection))
})

test('failures of one kind form one group, whatever numbers, ids and quoted values they contain', () => {
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

test('messages that differ in ids of any form have one fingerprint; different words have two', () => {
  const forms: Record<string, () => string> = {
    uuid: randomUUID,
    'upper case': () => randomUUID().toUpperCase(),
    digest: () => randomBytes(20).toString('hex'),
    'short commit': () => `${randomInt(10)}${randomBytes(3).toString('hex')}`,
    'of digits and letters': () => `${randomInt(10 ** 6)}${randomInt(10 ** 6).toString(36)}`,
    time: () => new Date(randomInt(2 ** 40)).toISOString(),
    duration: () => `${randomInt(10_000)}ms`,
  }
  for (const [form, id] of Object.entries(forms)) {
    const prints = Array.from({ length: 200 }, () =>
      fingerprintOf(new Error(`delivery ${id()} of ${id()}: refused`)),
    )
    assert.equal(new Set(prints).size, 1, form)
  }
  assert.notEqual(fingerprintOf(new Error('no user added')), fingerprintOf(new Error('no group added')))
})

test('a time that is not one is refused by the name of its option', () => {
  for (const option of ['since', 'until'] as const)
    for (const text of ['12', 'yesterday', '2026-13-01'])
      assert.throws(() => selected({ [option]: text }), {
        name: 'UsageError',
        message: new RegExp(`^--${option}: "${text}" is not a time\\. Use a date \\(2026-05-01\\)`),
      })
})

test('a command that changes dead letters refuses to run without a condition or --all', () => {
  assert.throws(() => requireCondition({ keys: [] }), { name: 'UsageError' })
  requireCondition({ keys: [], all: true })
  requireCondition({ keys: [], event: 'push' })
})

test('an empty condition is refused: it is a variable that was not set, and must not select all', () => {
  for (const condition of ['event', 'project', 'fingerprint', 'since', 'until'] as const)
    for (const text of ['', ' '])
      assert.throws(() => selected({ [condition]: text, all: true }), {
        name: 'UsageError',
        message: `--${condition} is empty. Give it a value, or leave it out.`,
      })
  assert.throws(() => selected({ keys: ['gitlab.push/0/1', ''] }), {
    name: 'UsageError',
    message: /^A key of a dead letter is empty\./,
  })
})
