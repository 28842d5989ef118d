// Brokers with any faults in any order:
// no record is lost, no order changes, and nobody is blamed without reason.
import assert from 'node:assert/strict'
import { syncBuiltinESMExports } from 'node:module'
import { test } from 'node:test'
import fc from 'fast-check'
import { TopicUnavailableError } from '../../../../ingress/record/topic-unavailable-error.ts'
import { PermanentError } from '../../../../lib/errors.ts'
import {
  type Answer,
  acknowledgeAll,
  fail,
  gone,
  publishing,
  refusal,
} from '../../../helpers/records/publishing.ts'

const brokenTopic = 'gitlab.push'

type Fault = 'none' | 'timeout' | 'strange' | 'nothing_acknowledged' | 'one_acknowledged'

const answers: Readonly<Record<Fault, Answer>> = {
  none: acknowledgeAll,
  timeout: fail(Object.assign(new Error('timed out'), { name: 'KafkaJSRequestTimeoutError' })),
  strange: fail(new TypeError('undefined is not a function')),
  nothing_acknowledged: async () => new Set(),
  one_acknowledged: (batch) => acknowledgeAll(batch.slice(0, 1)),
}

interface Message {
  topic: string
  isPoison: boolean
}

const messages = fc.array(
  fc.record<Message>({
    topic: fc.constantFrom(brokenTopic, 'gitlab.job'),
    isPoison: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
)
const faults = fc.array(fc.constantFrom<Fault>(...(Object.keys(answers) as Fault[])), { maxLength: 8 })

test('whatever fails, every record is written or rejected with a reason, in its old order', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  // Without this, modules that import `setTimeout` of node:timers/promises by name keep the real one.
  syncBuiltinESMExports()
  const run = async (published: readonly Message[], script: readonly Fault[], isTopicBroken: boolean) => {
    const written: string[] = []
    const remaining = [...script]
    const answer: Answer = async (batch) => {
      const isGone = isTopicBroken && batch.some(({ topic }) => topic === brokenTopic)
      if (isGone) throw gone()
      if (batch.some(({ key }) => key.startsWith('poison'))) throw refusal()
      const partitions = await answers[remaining.shift() ?? 'none'](batch)
      for (const { key, topic } of batch) if (partitions.has(`${topic}/0`)) written.push(key)
      return partitions
    }
    const { publisher, publish } = await publishing([], {}, answer)
    const keys = published.map(({ isPoison }, index) => `${isPoison ? 'poison' : 'good'} ${index}`)
    let isSettled = false
    const settled = Promise.allSettled(
      published.map(({ topic }, index) => publish(keys[index] ?? '', { topic, deadlineMs: 2 ** 30 })),
    ).finally(() => {
      isSettled = true
    })
    for (let round = 0; round < 1000 && !isSettled; round++) {
      await new Promise(setImmediate)
      t.mock.timers.tick(1000)
    }
    assert.ok(isSettled, 'every message is settled at some time')
    const results = await settled
    await publisher.stop()

    for (const [index, { topic, isPoison }] of published.entries()) {
      const [key = '', result] = [keys[index], results[index]]
      if (result?.status !== 'rejected') assert.ok(!isPoison && written.includes(key), `${key} is written`)
      else if (result.reason instanceof PermanentError) assert.ok(isPoison, `${key} is refused`)
      else {
        assert.ok(result.reason instanceof TopicUnavailableError, String(result.reason))
        const hasFault = script.some((fault) => fault !== 'none' && fault !== 'timeout')
        assert.ok(hasFault || (isTopicBroken && topic === brokenTopic), `${key}: its topic is at fault`)
      }
    }
    for (const topic of [brokenTopic, 'gitlab.job']) {
      const inOrder = keys.filter((key, index) => published[index]?.topic === topic && written.includes(key))
      assert.deepEqual(
        [...new Set(written)].filter((key) => inOrder.includes(key)),
        inOrder,
      )
    }
  }
  await fc.assert(fc.asyncProperty(messages, faults, fc.boolean(), run), { numRuns: 300 })
})
