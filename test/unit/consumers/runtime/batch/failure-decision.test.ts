import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decideOnFailure,
  type FailureDecision,
  isMessageAtFault,
} from '../../../../../consumers/runtime/batch/failure-decision.ts'
import { GroupError } from '../../../../../consumers/runtime/middleware/group-error.ts'
import { PermanentError, RetriableError } from '../../../../../lib/errors.ts'

interface Case {
  error: unknown
  isStopping: boolean
  messageCount: number
  decision: FailureDecision
  isAtFault: boolean
}

const group = new GroupError(new Error('rebalance'))
const outage = new RetriableError('the database is down')
const failure = new Error('broken')

const cases: readonly Case[] = [
  { error: group, isStopping: false, messageCount: 1, decision: 'rejoin', isAtFault: false },
  { error: group, isStopping: false, messageCount: 9, decision: 'rejoin', isAtFault: false },
  { error: group, isStopping: true, messageCount: 1, decision: 'rejoin', isAtFault: false },
  { error: outage, isStopping: false, messageCount: 1, decision: 'wait', isAtFault: false },
  { error: outage, isStopping: false, messageCount: 9, decision: 'wait', isAtFault: false },
  { error: outage, isStopping: true, messageCount: 9, decision: 'stop', isAtFault: false },
  { error: failure, isStopping: false, messageCount: 1, decision: 'wait', isAtFault: true },
  { error: failure, isStopping: false, messageCount: 9, decision: 'try_singly', isAtFault: true },
  { error: failure, isStopping: true, messageCount: 1, decision: 'stop', isAtFault: false },
  {
    error: new PermanentError('no'),
    isStopping: false,
    messageCount: 9,
    decision: 'try_singly',
    isAtFault: true,
  },
  { error: 'thrown text', isStopping: false, messageCount: 1, decision: 'wait', isAtFault: true },
]

for (const { error, isStopping, messageCount, decision, isAtFault } of cases) {
  const name = error instanceof Error ? error.name : typeof error
  const when = isStopping ? 'while the worker stops' : 'while the worker runs'
  test(`a ${name} of ${messageCount} message(s) ${when} is answered with ${decision}`, () => {
    assert.equal(decideOnFailure(error, isStopping, messageCount), decision)
    assert.equal(isMessageAtFault(error, isStopping), isAtFault)
  })
}
