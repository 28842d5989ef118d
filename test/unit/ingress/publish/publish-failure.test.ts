import assert from 'node:assert/strict'
import { test } from 'node:test'
import { causeOf, isForbidden } from '../../../../ingress/publish/publish-failure.ts'

test('the cause of a failed produce request is a value of the metric label', () => {
  const errors: [object, ReturnType<typeof causeOf>][] = [
    [{ name: 'KafkaJSProtocolError', type: 'MESSAGE_TOO_LARGE' }, 'refused'],
    [{ name: 'KafkaJSProtocolError', type: 'TOPIC_AUTHORIZATION_FAILED' }, 'topic'],
    [{ name: 'KafkaJSProtocolError', type: 'CLUSTER_AUTHORIZATION_FAILED' }, 'other'],
    [{ name: 'KafkaJSProtocolError', type: 'NOT_LEADER_FOR_PARTITION' }, 'leader'],
    [{ name: 'KafkaJSProtocolError', type: 'LEADER_NOT_AVAILABLE' }, 'leader'],
    [{ name: 'KafkaJSProtocolError', type: 'NOT_ENOUGH_REPLICAS' }, 'replicas'],
    [{ name: 'KafkaJSProtocolError', type: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND' }, 'replicas'],
    [{ name: 'KafkaJSProtocolError', type: 'UNKNOWN_TOPIC_OR_PARTITION' }, 'topic'],
    [{ name: 'KafkaJSProtocolError', type: 'REQUEST_TIMED_OUT' }, 'timeout'],
    [{ name: 'Error', message: 'Broker not connected' }, 'connection'],
    [{ name: 'KafkaJSError', message: 'The producer is disconnected' }, 'connection'],
    [{ name: 'KafkaJSRequestTimeoutError' }, 'timeout'],
    [new Error('2 of 3 records were not acknowledged'), 'leader'],
    [new Error('no answer within 6000 ms'), 'timeout'],
    [{ name: 'KafkaJSConnectionError' }, 'connection'],
    [{ name: 'KafkaJSConnectionClosedError' }, 'connection'],
    [{ name: 'KafkaJSBrokerNotFound' }, 'connection'],
    [new TypeError('cannot read properties of undefined'), 'other'],
  ]
  for (const [error, cause] of errors) assert.equal(causeOf(error), cause, JSON.stringify(error))
})

test('an error that the client has wrapped is judged by its innermost cause', () => {
  const forbidden = Object.assign(new Error('no'), { type: 'TOPIC_AUTHORIZATION_FAILED' })
  const wrapped = Object.assign(new Error('retries exceeded', { cause: forbidden }), {
    name: 'KafkaJSNumberOfRetriesExceeded',
  })
  assert.deepEqual(
    [causeOf(wrapped), isForbidden(wrapped), isForbidden(new Error('no'))],
    ['topic', true, false],
  )
})
