import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenMessage } from '../../../../consumers/delivery/outbox/open-messages.ts'
import { createForwardCourier } from '../../../../consumers/hook-forwarder/courier.ts'
import type { ForwardDestination } from '../../../../consumers/hook-forwarder/entries-of.ts'

const message: OpenMessage = {
  id: 7,
  key: 'delivery a-delivery',
  state: 'waiting',
  attempts: 0,
  firstAttempt: undefined,
  deliveryId: 'a-delivery',
  eventType: 'push',
  receivedAt: 0,
  heldUntil: undefined,
  mergeKey: undefined,
  content: undefined,
  body: undefined,
  origin: { topic: 'gitlab.push', topicId: 'id', partition: 2, offset: 41 },
}
const destination = { type: 'forward', url: 'https://receiver.example/hooks' } as ForwardDestination
const context = { destination, now: 0, digestUpTo: 0, sentBefore: async () => undefined }

test('a hook whose body the full outbox did not keep is not sent empty', async () => {
  const plan = await createForwardCourier().plan([message], context)
  const send = () => assert.fail('the receiver must not be called')
  const outcome = await plan?.send({ send, close: async () => {} }, AbortSignal.timeout(30_000))
  assert.deepEqual(plan?.ids, [7])
  assert.equal(outcome?.result, 'refused')
  assert.match(outcome?.answer.text ?? '', /not hold it any more: gitlab\.push, partition 2, offset 41$/)
})
