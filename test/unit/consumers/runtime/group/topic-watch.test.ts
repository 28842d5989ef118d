import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTopicWatch } from '../../../../../consumers/runtime/group/topic-watch.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'

const watch = (existing: Set<string>, uncommitted: string[] = []) => {
  const { logger, lines } = recordingLogger()
  const counts: number[] = []
  const topicWatch = createTopicWatch({
    topics: ['push', 'note'],
    selectExisting: async (topics) => topics.filter((topic) => existing.has(topic)),
    replaceClient: async () => undefined,
    selectUncommitted: async () => uncommitted,
    unreadTopics: { set: (count) => void counts.push(count) },
    logger,
  })
  return { topicWatch, lines, counts }
}

test('a client reads the topics that exist; the others are named and counted until they exist', async () => {
  const existing = new Set(['push'])
  const { topicWatch, lines, counts } = watch(existing)
  assert.deepEqual(await topicWatch.readable(), ['push'])
  assert.deepEqual(topicWatch.unread().missing, ['note'])
  assert.deepEqual(lines.at(-1)?.fields.topics, ['note'])
  existing.add('note')
  assert.deepEqual(await topicWatch.readable(), ['push', 'note'])
  assert.deepEqual([topicWatch.unread().missing, counts], [[], [1, 0]])
})

test('a topic without a committed offset is left out until it has one', async () => {
  const uncommitted = ['note']
  const { topicWatch, lines, counts } = watch(new Set(['push', 'note']), uncommitted)
  assert.deepEqual(await topicWatch.readable(), ['push'])
  assert.match(lines.at(-1)?.message ?? '', /without a committed offset.*run `bridge setup`/)
  uncommitted.length = 0
  assert.deepEqual(await topicWatch.readable(), ['push', 'note'])
  assert.deepEqual(counts, [1, 0])
})

test('a worker none of whose topics exists is told to run setup', async () => {
  const { topicWatch } = watch(new Set())
  await assert.rejects(topicWatch.readable(), { name: 'UsageError', message: /run `bridge setup`/ })
})
