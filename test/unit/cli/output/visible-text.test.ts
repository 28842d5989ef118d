import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupText } from '../../../../cli/dead-letters/list-dead-letters.ts'
import { outboxText } from '../../../../cli/outbox/list-outboxes.ts'

const fromOutside = 'cannot parse \u001b]0;title\u0007\u202e'
const shown = /cannot parse \\u001b\]0;title\\u0007\\u202e/

test('a list of dead letters prints no command to the terminal', () => {
  const at = '2026-12-01T03:00:00.000Z'
  const group = { worker: 'audit-log', fingerprint: 'a1', error: 'Error', message: fromOutside }
  assert.match(groupText({ ...group, events: ['push'], count: 1, first: at, last: at }), shown)
})

test('a list of destinations prints no command to the terminal', () => {
  const row = { worker: 'chat-notifier', destination: 'team', state: 'failing' } as const
  const sizes = { waiting: 1, dead: 0, bytes: 10, age_seconds: 3 }
  assert.match(outboxText({ ...row, ...sizes, last_failure: fromOutside }), shown)
})
