import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCausedByRow } from '../../../lib/database-error.ts'

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const causedByDatabase: Readonly<Record<string, string>> = {
  '08000': 'connection exception',
  '08003': 'connection does not exist',
  '08006': 'connection failure',
  '0A000': 'feature not supported',
  '25006': 'read-only transaction',
  '26000': 'prepared statement does not exist',
  '28000': 'invalid authorization',
  '28P01': 'wrong password',
  '3D000': 'database does not exist',
  '3F000': 'schema does not exist',
  '40001': 'serialisation failure',
  '40P01': 'deadlock',
  '42501': 'missing right',
  '42703': 'column does not exist',
  '42883': 'function does not exist',
  '42P01': 'table does not exist',
  '53100': 'disk full',
  '53200': 'out of memory',
  '53300': 'too many connections',
  '53400': 'configuration limit exceeded',
  '55000': 'object not in the required state',
  '55P03': 'lock not available',
  '57014': 'query cancelled, also by its time limit',
  '57P01': 'shutdown by an administrator',
  '57P02': 'shutdown after a crash',
  '57P03': 'the server starts or stops',
  '57P04': 'database dropped',
  '58030': 'I/O error',
  '58P01': 'file missing',
  XX000: 'internal error',
  XX001: 'damaged data',
}

const causedByRow: Readonly<Record<string, string>> = {
  '22001': 'text too long',
  '22003': 'number out of range',
  '22007': 'not a time',
  '22008': 'time out of range',
  '22021': 'bytes that are no text in this encoding',
  '22P02': 'text that is no value of the type',
  '22P05': 'character that the encoding lacks',
  '23502': 'null where it is not allowed',
  '23503': 'foreign key',
  '23505': 'unique key',
  '23P01': 'exclusion constraint',
  '54000': 'index row too large',
}

for (const [code, meaning] of Object.entries(causedByDatabase))
  test(`SQLSTATE ${code} (${meaning}) is a problem of the database`, () =>
    assert.equal(isCausedByRow({ code }), false))

for (const [code, meaning] of Object.entries(causedByRow))
  test(`SQLSTATE ${code} (${meaning}) is a problem of the row`, () =>
    assert.equal(isCausedByRow({ code }), true))

test('a violated check constraint is named; a missing partition has the same SQLSTATE and no name', () => {
  assert.equal(isCausedByRow({ code: '23514', constraint: 'events_project_id_check' }), true)
  assert.equal(
    isCausedByRow({ code: '23514', message: 'no partition of relation "events" found for row' }),
    false,
  )
})

test('an error without SQLSTATE, such as a lost connection, is a problem of the database', () => {
  for (const error of [new Error('Connection terminated'), { code: 'ECONNREFUSED' }, { code: 22 }, 'text'])
    assert.equal(isCausedByRow(error), false)
})
