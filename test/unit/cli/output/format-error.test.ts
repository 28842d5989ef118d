import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatError } from '../../../../cli/output/format-error.ts'
import { readVariables } from '../../../../lib/config.ts'
import { PermanentError, RetriableError, UsageError } from '../../../../lib/errors.ts'
import { createKafka, kafkaVariables } from '../../../../lib/kafka/client.ts'
import { freePort } from '../../../helpers/process/free-ports.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const nowhere = { BRIDGE_DATA_DIR: '/nowhere' }
const thrownBy = async (action: () => unknown): Promise<unknown> => {
  try {
    await action()
  } catch (error) {
    return error
  }
  return assert.fail('nothing was thrown')
}

test('unreachable brokers are reported in one sentence with the variable and the address', async () => {
  const port = await freePort()
  const env = { ...nowhere, KAFKA_BROKERS: `127.0.0.1:${port}` }
  const admin = createKafka(readVariables(kafkaVariables, env), 'test', recordingLogger().logger).admin()
  const error = await thrownBy(() => admin.connect())
  const [sentence, ...more] = formatError(error, env)
  assert.match(sentence, new RegExp(`^Kafka \\(KAFKA_BROKERS: 127.0.0.1:${port}\\): .*ECONNREFUSED`))
  assert.deepEqual(more, [])
})

test('so are all expected errors, and failed system calls', async () => {
  const { readFile } = await import('node:fs/promises')
  assert.deepEqual(formatError(new UsageError('do that'), nowhere), ['do that'])
  assert.deepEqual(formatError(new RetriableError('it does not answer'), nowhere), ['it does not answer'])
  assert.deepEqual(formatError(new PermanentError('it says no'), nowhere), ['it says no'])
  const [sentence, ...more] = formatError(await thrownBy(() => readFile('/no-such-file')), nowhere)
  assert.match(sentence, /^ENOENT: .* '\/no-such-file'$/)
  assert.deepEqual(more, [])
})

test('an unexpected error is printed with its stack trace', () => {
  const error = new TypeError('odd')
  assert.deepEqual(formatError(error, nowhere), ['odd', error])
})

test('if a server is not set, the message says that no local stack runs either', async () => {
  const error = await thrownBy(() => readVariables(kafkaVariables, nowhere))
  const message =
    'The configuration cannot be used:\n  KAFKA_BROKERS: is not set\n' +
    '  No local stack runs in /nowhere either. Set the variable, or start one with npm start.'
  assert.deepEqual(formatError(error, nowhere), [message])
  const other = await thrownBy(() => readVariables(kafkaVariables, { KAFKA_BROKERS: 'localhost' }))
  assert.deepEqual(formatError(other, nowhere), [
    'The configuration cannot be used:\n  KAFKA_BROKERS: item 1 must be host:port',
  ])
})
