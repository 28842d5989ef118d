import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allFaults } from '../../gameday/faults/all-faults.ts'
import { readOptions } from '../../gameday/options.ts'
import { gameDayTable, withTable } from '../../gameday/report/game-day-table.ts'
import { pagesOf } from '../../gameday/run-fault.ts'
import { readPage } from '../../helpers/records/markdown.ts'
import { commandsIn, fillPlaceholders, runbookCommands } from '../../helpers/runbooks/runbook-commands.ts'

const fault = {
  name: 'broker-frozen',
  title: 'The broker is frozen',
  pages: ['KafkaIsUnwritable'],
  within: '5m',
}
const report = {
  fault: { ...fault, inject: () => Promise.reject(new Error('not here')) },
  pages: [{ alert: 'KafkaIsUnwritable', severity: 'critical', seconds: 7 }],
  recovery: ['WorkerIsStalled'],
  suppressed: ['CanaryIsNotReadBack'],
  resolvedAfter: 21,
  commands: ['`bridge lag` (0)'],
  faults: [],
}

test('the table says what paged, what did not, and whether it was right', () => {
  const table = gameDayTable({ reports: [report], divisor: 60, minutes: 30.4 })
  assert.match(table, /^1 of 1 faults ended as they should, in 30 minutes with the divisor 60\./)
  assert.match(
    table,
    /`KafkaIsUnwritable` \(critical\) 7 s \| `CanaryIsNotReadBack` \| 21 s \| `WorkerIsStalled` \| right \|/,
  )
  const wrong = gameDayTable({
    reports: [{ ...report, faults: ['SpoolFills paged, and is not the right alert\nmore'] }],
    divisor: 60,
    minutes: 30,
  })
  assert.match(wrong, /^0 of 1 faults/)
  assert.match(wrong, /\| SpoolFills paged, and is not the right alert \|/)
})

test('the page of the game day has a place for the table, and keeps the rest', () => {
  const page = readPage('docs/game-day.md')
  const written = withTable(page, 'first')
  assert.ok(written.includes('\n\nfirst\n\n'))
  assert.equal(withTable(written, 'second'), withTable(page, 'second'))
  assert.throws(() => withTable('a page', 'a table'), /no line/)
})

test('every fault has an alert with a runbook, a name of its own and a time', () => {
  assert.equal(allFaults.length, 12)
  assert.equal(new Set(allFaults.map(({ name }) => name)).size, 12)
  for (const { name, pages, within } of allFaults) {
    assert.notDeepEqual(pagesOf(pages), [], name)
    assert.match(within, /^\d+[mh]$/, name)
  }
})

test('one fault can be chosen, and a wrong name is answered with the right ones', () => {
  assert.equal(readOptions([], allFaults).faults.length, 12)
  const { faults, divisor, isWritten } = readOptions(['--only', 'chat-down', '--divisor', '30'], allFaults)
  assert.deepEqual([faults.map(({ name }) => name), divisor, isWritten], [['chat-down'], 30, false])
  assert.throws(() => readOptions(['--only', 'chat'], allFaults), /no fault chat.*chat-down/s)
  assert.throws(() => readOptions(['--divisor', 'fast'], allFaults), /--divisor must be a number/)
})

test('the commands of a runbook are those between backticks in Look and Do', () => {
  const page = [
    ...['# Title', '## Means', '`bridge setup`', '## Look', '`bridge lag` and `lag_seconds`', '## Do'],
    ...['1. `bridge', '   setup`, `kafka-topics.sh`'],
  ].join('\n')
  assert.deepEqual(
    commandsIn('a-page', page).map(({ section, text }) => [section, text]),
    [
      ['Look', 'bridge lag'],
      ['Do', 'bridge setup'],
    ],
  )
  assert.ok(runbookCommands('dead-letters-rise').length >= 4)
  assert.equal(
    fillPlaceholders('bridge outbox show <worker> <to>', { worker: 'a', to: 'b' }),
    'bridge outbox show a b',
  )
  assert.throws(() => fillPlaceholders('bridge lag <what>', {}), /nobody says what <what> is/)
})
