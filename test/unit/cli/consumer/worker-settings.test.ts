import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inOneSentence, warnOfSharedRole } from '../../../../cli/consumer/worker-settings.ts'
import { exitCodeOf } from '../../../../cli/output/exit-code.ts'
import { auditLog } from '../../../../consumers/audit-log/audit-log.ts'
import { pushAuthorLog } from '../../../../consumers/push-author-log/push-author-log.ts'
import type { Environment } from '../../../../lib/config.ts'
import { ConfigError, RefusedSettingError, UsageError } from '../../../../lib/errors.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const warnings = (worker: typeof auditLog | typeof pushAuthorLog, env: Environment) => {
  const { logger, lines } = recordingLogger()
  warnOfSharedRole(worker, env, logger)
  return lines.map(({ message }) => message)
}

test('a worker that uses the role of DATABASE_URL says so once', () => {
  const [message = '', ...more] = warnings(auditLog, { DATABASE_URL: 'postgres://owner@db/x' })
  assert.match(
    message,
    /^the worker uses the role of DATABASE_URL, which may do more .*AUDIT_LOG_DATABASE_URL/,
  )
  assert.deepEqual(more, [])
  assert.equal(warnings(auditLog, { DATABASE_URL_FILE: '/run/secrets/url' }).length, 1)
})

test('a worker with a role of its own says nothing, and neither does one without a database', () => {
  const DATABASE_URL = 'postgres://owner@db/x'
  for (const own of ['AUDIT_LOG_DATABASE_URL', 'AUDIT_LOG_DATABASE_URL_FILE'])
    assert.deepEqual(warnings(auditLog, { DATABASE_URL, [own]: 'own' }), [])
  assert.deepEqual(warnings(pushAuthorLog, { DATABASE_URL }), [])
  assert.deepEqual(warnings(auditLog, {}), [])
})

test('faults of settings become one sentence and exit code 78; other errors stay as they are', () => {
  const settings = inOneSentence('chat', new ConfigError([{ variable: 'CHAT_URL', problem: 'is not set' }]))
  assert.ok(settings instanceof UsageError)
  assert.equal(settings.message, 'chat cannot start, because CHAT_URL is not set.')
  assert.equal(exitCodeOf(settings), 78)
  const refusal = [{ variable: 'KAFKA_SASL_PASSWORD', problem: 'the brokers refuse it' }]
  for (const other of [new UsageError('METRICS_PORT: port 1 is taken'), new RefusedSettingError(refusal)]) {
    assert.equal(inOneSentence('chat', other), other)
    assert.equal(exitCodeOf(other), 1)
  }
})
