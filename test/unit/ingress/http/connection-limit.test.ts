import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionLimitsOf, readConnectionLimits } from '../../../../ingress/http/connection-limit.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

test('connections leave descriptors for the spool and the brokers', () => {
  const table = [
    // configured, descriptors, connections, for a moment
    [2000, undefined, 2000, 2511],
    [2000, 1_048_576, 2000, 2511],
    [2000, 2400, 2000, 2144],
    [2000, 1024, 768, 768],
    [2000, 128, 32, 32],
    [10, 128, 10, 32],
    [10, 1, 1, 1],
  ] as const
  for (const [configured, descriptors, connections, momentary] of table)
    assert.deepEqual(
      connectionLimitsOf(configured, descriptors),
      { connections, momentary },
      `${configured} ${descriptors}`,
    )
})

test('a limit of open files that is too small is logged with the number that is used', () => {
  const { logger, lines } = recordingLogger()
  const { connections } = readConnectionLimits(1e9, logger)
  assert.ok(connections < 1e9)
  assert.match(lines[0]?.message ?? '', /limit of open files .* INGRESS_MAX_CONNECTIONS: raise it/)
  assert.equal(lines[0]?.fields.connections, connections)
  readConnectionLimits(1, logger)
  assert.equal(lines.length, 1)
})
