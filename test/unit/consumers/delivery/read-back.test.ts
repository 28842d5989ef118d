import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenMessage } from '../../../../consumers/delivery/outbox/open-messages.ts'
import { readBack } from '../../../../consumers/delivery/send/read-back.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'

const messageAt = (offset: number): OpenMessage => ({
  ...{ id: offset, key: `delivery ${offset}`, deliveryId: `d${offset}` },
  ...{ state: 'waiting', attempts: 0, firstAttempt: undefined },
  ...{ eventType: 'push', receivedAt: 0, heldUntil: undefined, mergeKey: undefined },
  ...{ content: undefined, body: undefined },
  origin: { topic: 'gitlab.push', topicId: 'id', partition: 0, offset },
})

const contentOf = () => ({ content: { text: 'told' } })
const contentsOf = async (failure: Error) => {
  const readRecord = async ({ offset }: { offset: number }) => {
    if (offset === 1) throw failure
    return {} as RecordOf
  }
  const filled = await readBack({ readRecord, contentOf }, 'chat', [1, 2].map(messageAt))
  return filled.map(({ content }) => content)
}

test('a record that cannot be decoded any more does not hold up the messages behind it', async () => {
  assert.deepEqual(await contentsOf(new PermanentError('the schema id 9 is not known')), [
    undefined,
    { text: 'told' },
  ])
})

test('while the brokers do not answer, nothing is sent without its content', async () => {
  await assert.rejects(contentsOf(new RetriableError('the brokers do not answer')), RetriableError)
})
