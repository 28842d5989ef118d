import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLimitedLog } from '../../../../ingress/http/limited-log.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

test('a reason is logged a few times in a minute; then one line says how many were left out', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { logger, lines } = recordingLogger()
  const log = createLimitedLog(logger, 3)
  for (let number = 1; number <= 10; number++) log.warn('wrong_token', 'a hook was refused', { number })
  log.warn('address', 'a hook was refused', { number: 11 })
  assert.deepEqual(
    lines.map(({ fields }) => fields.number),
    [1, 2, 3, 11],
  )
  t.mock.timers.tick(60_000)
  assert.deepEqual(lines.slice(4), [
    {
      level: 'warn',
      message: 'similar log lines were left out in the last minute',
      fields: { line: 'a hook was refused', reason: 'wrong_token', suppressed: 7 },
    },
  ])
  log.warn('wrong_token', 'a hook was refused', { number: 12 })
  assert.equal(lines.at(-1)?.fields.number, 12, 'the next minute begins')
})

test('reasons that stay below the limit are logged without a further line', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { logger, lines } = recordingLogger()
  createLimitedLog(logger, 3).warn('too_slow', 'a hook was refused', {})
  t.mock.timers.tick(60_000)
  assert.equal(lines.length, 1)
})
