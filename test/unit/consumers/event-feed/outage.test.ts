import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasOtherTopics } from '../../../../consumers/event-feed/log/follow-generation.ts'
import { createOutage } from '../../../../consumers/event-feed/log/outage.ts'
import { createLayout } from '../../../../consumers/event-feed/position/layout.ts'
import type { EventType } from '../../../../schemas/catalogue.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const topic = 'gitlab.push'
const layout = createLayout('a', [{ topic, event: 'push', id: 'id', partitions: 1 }])

const open = () => {
  const outage = createOutage(recordingLogger().logger)
  const brokers = { answer: true }
  const offsets = {
    ends: async () => {
      if (!brokers.answer) throw new Error('no broker answers')
      return [{ topic, partition: 0, low: 0, high: 0, leader: 1 }]
    },
    topicIds: async () => new Map([[topic, 'id']]),
    clusterId: async () => 'a',
  }
  const topics = new Map<string, EventType>([[topic, 'push']])
  const { signal } = new AbortController()
  return { outage, brokers, poll: () => hasOtherTopics({ layout }, { offsets, topics, outage, signal }) }
}

test('an outage of the brokers ends when they answer, although no record comes', async () => {
  const { outage, brokers, poll } = open()
  brokers.answer = false
  assert.equal(await poll(), false)
  assert.equal(outage.reason(), 'no broker answers')
  brokers.answer = true
  assert.equal(await poll(), false)
  assert.equal(outage.reason(), undefined)
})

test('a record that cannot be read stays an outage, although the brokers answer', async () => {
  const { outage, poll } = open()
  outage.begin('records', new Error('the registry does not answer'))
  assert.equal(await poll(), false)
  assert.equal(outage.reason(), 'the registry does not answer')
  outage.end('records')
  assert.equal(outage.reason(), undefined)
})
