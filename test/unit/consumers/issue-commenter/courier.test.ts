import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { OpenMessage } from '../../../../consumers/delivery/outbox/open-messages.ts'
import { outboundOf } from '../../../../consumers/delivery/send/outbounds.ts'
import { commentOf, markOf, sentenceOf } from '../../../../consumers/issue-commenter/comment.ts'
import { createCommentCourier } from '../../../../consumers/issue-commenter/courier.ts'
import { trackerOf } from '../../../../consumers/issue-commenter/trackers/index.ts'
import { mergeRequestRecord } from '../../../helpers/records/merge-request-hooks.ts'
import { destinationFor, type TrackerKind, trackerKinds } from '../../../helpers/servers/trackers/index.ts'

const comment = commentOf(mergeRequestRecord('open'))
assert.ok(comment)

const open = async (t: TestContext, kind: TrackerKind) => {
  const double = await kind.start()
  t.after(double.close)
  const destination = destinationFor(kind, double)
  const outbound = outboundOf(destination)
  t.after(() => outbound.close())
  const task = kind.taskOf(1)
  const key = `exact a-fact\n${task}`
  const written = { at: Date.now(), content: trackerOf(destination).write(sentenceOf(comment, markOf(key))) }
  const send = async (changes: Partial<OpenMessage>) => {
    const message: OpenMessage = {
      ...{ id: 1, key, state: 'waiting', attempts: 0, firstAttempt: undefined, deliveryId: 'd' },
      ...{ eventType: 'merge_request', receivedAt: Date.now(), heldUntil: undefined, mergeKey: undefined },
      ...{ content: comment, body: undefined },
      origin: { topic: 'gitlab.merge_request', topicId: 'id', partition: 2, offset: 41 },
      ...changes,
    }
    const context = { destination, now: Date.now(), digestUpTo: 0, sentBefore: async () => undefined }
    const plan = await createCommentCourier().plan([message], context)
    assert.ok(plan?.readsFirst)
    return plan.send(outbound, AbortSignal.timeout(30_000))
  }
  return { ...{ double, task, written }, send, comments: () => double.commentsOf(task).length }
}

for (const kind of trackerKinds) {
  test(`${kind.type}: a first attempt writes at once`, async (t) => {
    const { double, task, send, comments } = await open(t, kind)
    double.addTask(task)
    assert.equal((await send({})).result, 'sent')
    assert.deepEqual([comments(), double.requests.length], [1, 1])
  })

  test(`${kind.type}: after an unknown outcome, the task is read before it is written`, async (t) => {
    const { double, task, written, send, comments } = await open(t, kind)
    double.addTask(task, [written])
    assert.equal((await send({ state: 'sending' })).result, 'sent')
    assert.equal(comments(), 1)
    double.addTask(task)
    assert.equal((await send({ state: 'sending' })).result, 'sent')
    assert.equal(comments(), 1)
    // Nothing is written while the task cannot be read, and the outcome stays unknown after any failure.
    double.addTask(task)
    for (const failing of [0, 1]) {
      const from = double.requests.length
      double.behave((_, index) => (index - from === failing ? { status: 429 } : undefined))
      const { result, answer } = await send({ state: 'sending' })
      assert.deepEqual([result, answer.effect, comments()], ['retry', 'unknown', 0], `request ${failing}`)
    }
    assert.deepEqual(double.misuses, [])
  })

  test(`${kind.type}: a task that vanished is dropped, also after an unknown outcome`, async (t) => {
    const { send } = await open(t, kind)
    assert.equal((await send({ state: 'sending' })).result, 'unknown_target')
  })

  test(`${kind.type}: a comment whose content is lost is not written empty`, async (t) => {
    const { double, send } = await open(t, kind)
    const { result, answer } = await send({ content: undefined })
    assert.equal(result, 'refused')
    assert.match(answer.text, /gitlab\.merge_request, partition 2, offset 41$/)
    assert.equal(double.requests.length, 0)
  })
}
