import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cannotStart, waitedFor } from '../../../lib/settings-sentence.ts'

const missing = (variable: string) => ({ variable, problem: 'is not set' })
const either = { ...missing('AUDIT_LOG_DATABASE_URL'), alternative: 'DATABASE_URL' }
const wrong = { variable: 'CHAT_PORT', problem: 'must be at most 65535' }

test('one sentence names every variable that keeps a process from starting', () => {
  const sentences = [
    [[missing('CHAT_URL')], 'chat cannot start, because CHAT_URL is not set.'],
    [[missing('A'), missing('B')], 'chat cannot start, because A and B are not set.'],
    [[missing('A'), missing('B'), missing('C')], 'chat cannot start, because A, B and C are not set.'],
    [[either], 'chat cannot start, because neither AUDIT_LOG_DATABASE_URL nor DATABASE_URL is set.'],
    [[wrong], 'chat cannot start, because CHAT_PORT must be at most 65535.'],
    [[wrong, missing('A')], 'chat cannot start, because A is not set and CHAT_PORT must be at most 65535.'],
  ] as const
  for (const [faults, sentence] of sentences) assert.equal(cannotStart('chat', faults), sentence)
})

test('what a worker waits for is said by variable', () => {
  assert.equal(waitedFor([missing('A')]), 'A')
  assert.equal(
    waitedFor([missing('A'), missing('B'), either]),
    'A, B and AUDIT_LOG_DATABASE_URL or DATABASE_URL',
  )
  assert.equal(waitedFor([wrong]), 'CHAT_PORT (which must be at most 65535)')
})
