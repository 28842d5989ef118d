import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusedPlan } from '../../../../cli/setup/refused-plan.ts'
import { readVariables } from '../../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../../lib/kafka/client.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const kafkaOf = (env: Record<string, string> = {}) =>
  createKafka(
    readVariables(kafkaVariables, { KAFKA_BROKERS: 'kafka:9092', ...env }),
    'test',
    recordingLogger().logger,
  )
const creation = (type: string) =>
  Object.assign(new Error('Topic creation errors'), {
    errors: [Object.assign(new Error(`the error ${type}`), { type, topic: 'gitlab.issue' })],
  })

test('a policy of the cluster that forbids a setting is named with the topics and the variables', () => {
  const error = refusedPlan(kafkaOf(), creation('POLICY_VIOLATION'))
  assert.match(
    String(error?.message),
    /^Kafka refuses the topics gitlab\.issue: the error POLICY_VIOLATION .*KAFKA_TOPIC_MAX_MESSAGE_BYTES/,
  )
})

test('a missing right is named with the user, the operation and the topic', () => {
  const sasl = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_PASSWORD: 'x' }
  const create = refusedPlan(kafkaOf(sasl), creation('TOPIC_AUTHORIZATION_FAILED'))
  assert.match(
    String(create?.message),
    /^Kafka refuses the user User:me: Create on the topic gitlab\.issue\./,
  )
})

test('an outage is not a refusal', () => {
  assert.equal(refusedPlan(kafkaOf(), new Error('Connection error')), undefined)
})
