import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DifferencePolicy, planTopics } from '../../../../cli/setup/plan-topics.ts'
import type { SettingState } from '../../../../cli/setup/topic-state.ts'

const day = 86_400_000

/** Plans one topic `push` that exists with these settings. */
const plan = (
  config: Record<string, string>,
  settings: Record<string, SettingState>,
  policy: DifferencePolicy = 'keep',
) => {
  const state = { topic: 'push', partitions: 6, replicas: 3, settings }
  return planTopics(
    { topics: new Map([['push', state]]) },
    [{ topic: 'push', numPartitions: 6, config }],
    policy,
  )
}

const own = (value: string): SettingState => ({ value, isOwn: true })
const byDefault = (value: string): SettingState => ({ value, isOwn: false })
const retention = (days: number) => ({ 'retention.ms': String(days * day) })

test('a topic that does not exist is missing, and has no differences', () => {
  const wanted = [{ topic: 'push', numPartitions: 6, config: retention(90) }]
  const { missing, changes, kept } = planTopics({ topics: new Map() }, wanted, 'keep')
  assert.deepEqual([missing, changes, kept], [wanted, [], []])
})

test('a value that somebody set on the topic is kept, whether it is larger or smaller', () => {
  for (const days of [365, 7]) {
    const { changes, kept, configs } = plan(retention(90), { 'retention.ms': own(String(days * day)) })
    assert.deepEqual([changes, configs.size], [[], 0])
    assert.deepEqual(kept, [
      { topic: 'push', setting: 'retention.ms', oldValue: String(days * day), newValue: String(90 * day) },
    ])
  }
})

test('a value that comes from the broker is changed to a larger one, and never to a smaller one', () => {
  const larger = plan(retention(90), { 'retention.ms': byDefault(String(7 * day)) })
  assert.deepEqual(larger.changes, [
    {
      topic: 'push',
      setting: 'retention.ms',
      oldValue: `${7 * day} (default)`,
      newValue: String(90 * day),
    },
  ])
  for (const value of ['-1', String(365 * day)]) {
    const smaller = plan(retention(90), { 'retention.ms': byDefault(value) })
    assert.deepEqual([smaller.changes, smaller.kept.length], [[], 1], value)
  }
  const limit = plan({ 'max.message.bytes': '1000' }, { 'max.message.bytes': byDefault('2000') })
  assert.deepEqual([limit.changes, limit.kept.length], [[], 1])
})

test('a change keeps the other settings that the topic has of its own', () => {
  const settings = { 'segment.ms': own('3600000'), 'retention.ms': byDefault('1000') }
  assert.deepEqual(plan(retention(90), settings).configs.get('push'), {
    'segment.ms': '3600000',
    ...retention(90),
  })
})

test('with the policy overwrite, every difference is a change', () => {
  const { changes, kept } = plan(retention(90), { 'retention.ms': own(String(365 * day)) }, 'overwrite')
  assert.deepEqual([changes.length, kept], [1, []])
})

test('a topic with the wanted settings has no differences', () => {
  const { changes, kept, configs } = plan(
    retention(90),
    { 'retention.ms': own(String(90 * day)) },
    'overwrite',
  )
  assert.deepEqual([changes, kept, configs.size], [[], [], 0])
})
