import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { readVariables } from '../../../../lib/config.ts'
import { ConfigError } from '../../../../lib/errors.ts'
import { createKafka, kafkaVariables } from '../../../../lib/kafka/client.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const { KAFKA_BROKERS } = kafkaVariables.shape
const brokersOf = (text: string) =>
  readVariables(z.object({ KAFKA_BROKERS }), { KAFKA_BROKERS: text }).KAFKA_BROKERS

test('brokers are host and port', () => {
  assert.deepEqual(brokersOf('localhost:9092, kafka_1.example.com:1,10.0.0.1:65535'), [
    'localhost:9092',
    'kafka_1.example.com:1',
    '10.0.0.1:65535',
  ])
})

test('an address that the client could never reach is a fault that names its place in the list', () => {
  for (const wrong of [
    'localhost',
    'http://localhost:9092',
    'localhost:',
    ':9092',
    'a:0',
    'a:65536',
    'a:x',
    '[::1]:9092',
    'user:secret@a:1',
  ])
    assert.throws(
      () => brokersOf(`fine:1,${wrong}`),
      (error) => error instanceof ConfigError && error.message === 'KAFKA_BROKERS: item 2 must be host:port',
      wrong,
    )
  assert.throws(() => brokersOf(','), /KAFKA_BROKERS: must name at least one broker/)
})

test('the line break at the end of a user name from a file does not belong to it', () => {
  const { KAFKA_SASL_USERNAME } = kafkaVariables.shape
  const read = readVariables(z.object({ KAFKA_SASL_USERNAME }), { KAFKA_SASL_USERNAME: 'bridge\n' })
  assert.equal(read.KAFKA_SASL_USERNAME, 'bridge')
})

test('a missing leader and a refused login are logged as details, a refused right as an error', () => {
  const { logger, lines } = recordingLogger()
  const client = createKafka(readVariables(kafkaVariables, { KAFKA_BROKERS: 'a:1' }), 'test', logger).logger()
  const error = 'There is no leader for this topic-partition as we are in the middle of a leadership election'
  client.error('Response Metadata(key: 3, version: 6)', { error })
  client.error('Response Metadata(key: 3, version: 6)', { error: 'Not authorized to access topics' })
  client.error('Response SaslAuthenticate(key: 36, version: 1)', { error: 'Authentication failed' })
  client.error('SASL PLAIN authentication failed: Authentication failed: Invalid username or password')
  assert.deepEqual(
    lines.map(({ level }) => level),
    ['debug', 'error', 'debug', 'debug'],
  )
})
