import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatType } from '../../../../consumers/chat-notifier/budgets.ts'
import { createChatCourier } from '../../../../consumers/chat-notifier/courier.ts'
import { compose } from '../../../../consumers/chat-notifier/message/compose.ts'
import { tell } from '../../../../consumers/chat-notifier/message/tell.ts'
import type { OutboundRequest } from '../../../../consumers/delivery/http/outbound.ts'
import type { OpenMessage } from '../../../../consumers/delivery/outbox/open-messages.ts'
import type { SentBefore } from '../../../../consumers/delivery/outbox/sent-before.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'
import { destinationOf, recordOfFixture } from '../../../helpers/records/chat-samples.ts'

const now = Date.now()

const pipelineWith = (status: string): RecordOf => {
  const record = recordOfFixture('pipeline') as RecordOf<'pipeline'>
  const { object_attributes: own, delivery } = record
  return {
    ...record,
    delivery: { ...delivery, received_at: now },
    object_attributes: { ...own, status, duration: null },
  }
}

const openMessage = (id: number, record: RecordOf): OpenMessage => ({
  id,
  key: 'delivery a-delivery',
  state: 'waiting',
  attempts: 0,
  firstAttempt: undefined,
  deliveryId: `delivery-${id}`,
  eventType: record.eventType,
  receivedAt: now,
  heldUntil: undefined,
  mergeKey: tell(record).mergeKey,
  content: compose(record, { mention: [] }),
  body: undefined,
  origin: { topic: 'gitlab.pipeline', topicId: 'id', partition: 0, offset: id },
})

const courier = createChatCourier(() => ({}))

/** Plans the next request of a channel, and sends it to a server that accepts everything. */
const sendNext = async (type: ChatType, messages: readonly OpenMessage[], before?: SentBefore) => {
  const asked: string[] = []
  const sentBefore = async (mergeKey: string) => {
    asked.push(mergeKey)
    return before
  }
  const plan = await courier.plan(messages, {
    destination: destinationOf(type),
    now,
    digestUpTo: 0,
    sentBefore,
  })
  const requests: OutboundRequest[] = []
  const send = async (request: OutboundRequest) => {
    requests.push(request)
    return { status: 200, headers: {}, text: '{"event_id":"$new"}' }
  }
  const attempt = await plan?.send({ send, close: async () => undefined }, AbortSignal.timeout(30_000))
  return { ...plan, attempt, asked, body: JSON.parse(String(requests[0]?.body)) }
}

test('in Matrix the next state of a pipeline replaces the first message about it', async () => {
  const [running, failed] = [pipelineWith('running'), pipelineWith('failed')]
  const first = await sendNext('matrix', [openMessage(1, running)])
  assert.equal(first.sentAs, 'message')
  assert.equal('m.relates_to' in first.body, false)
  const before = { remoteId: '$first', contents: [compose(running, { mention: [] })] }
  const next = await sendNext('matrix', [openMessage(2, failed)], before)
  assert.equal(next.sentAs, 'edited')
  assert.deepEqual(next.ids, [2])
  assert.deepEqual(next.body['m.relates_to'], { rel_type: 'm.replace', event_id: '$first' })
  assert.match(next.body['m.new_content'].body, /failed.* \(2 updates\)/)
  assert.equal(next.attempt?.result === 'sent' && next.attempt.remoteId, '$first')
})

test('a service that cannot edit gets a new message, and the states that wait are one', async () => {
  const messages = [openMessage(1, pipelineWith('running')), openMessage(2, pipelineWith('failed'))]
  const sent = await sendNext('slack', messages, { remoteId: '$first', contents: [] })
  assert.deepEqual(sent.ids, [1, 2])
  assert.equal(sent.sentAs, 'merged')
  assert.deepEqual(sent.asked, [])
  assert.match(sent.body.text, /failed.* \(2 updates\)/)
})

test('what has no content any more is counted in a digest', async () => {
  const gone = { ...openMessage(1, pipelineWith('failed')), content: undefined }
  const sent = await sendNext('matrix', [gone, openMessage(2, pipelineWith('success'))])
  assert.deepEqual(sent.ids, [1])
  assert.equal(sent.sentAs, 'digest')
  assert.match(sent.body.body, /1 event from/)
})
