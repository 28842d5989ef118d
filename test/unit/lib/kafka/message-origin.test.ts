import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageOrigin, parseMessageOrigin } from '../../../../lib/kafka/message-origin.ts'

test('an origin is topic, partition and offset, and is read back as it was', () => {
  const origin = { topic: 'test.gitlab.push', partition: 3, offset: 1042 }
  assert.equal(messageOrigin(origin), 'test.gitlab.push/3/1042')
  assert.deepEqual(parseMessageOrigin(messageOrigin(origin)), origin)
})

test('a text that is no origin has neither a partition nor an offset', () => {
  const { partition, offset } = parseMessageOrigin('a key of another program')
  assert.deepEqual([partition, offset], [Number.NaN, Number.NaN])
})
