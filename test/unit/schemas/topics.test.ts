import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventTypes } from '../../../schemas/catalogue.ts'
import { createNames } from '../../../schemas/topics.ts'

test('topics, subjects and groups have the names that users rely on', () => {
  const names = createNames('')
  assert.equal(names.topic('push'), 'gitlab.push')
  assert.equal(names.topic('unknown'), 'gitlab.unknown')
  assert.equal(names.topic('quarantine'), 'gitlab.quarantine')
  assert.equal(names.subject('gitlab.push'), 'gitlab.push-value')
  assert.equal(names.deadLetterTopic('audit-log'), 'gitlab-bridge.dead-letter.audit-log')
  assert.equal(names.retryTopic('audit-log'), 'gitlab-bridge.retry.audit-log')
  assert.equal(names.group('audit-log'), 'gitlab-bridge.audit-log')
})

test('a prefix stands before every name on the cluster, and before a subject only once', () => {
  const plain = createNames('')
  const prefixed = createNames('acme.')
  for (const name of Object.keys(plain) as (keyof typeof plain)[]) {
    const [ours, theirs] = [plain[name], prefixed[name]].map((value) =>
      typeof value === 'function' ? (value as (of: string) => string)('push') : value,
    )
    assert.equal(theirs, name === 'subject' ? ours : `acme.${ours}`, name)
  }
  assert.equal(prefixed.subject(prefixed.topic('push')), 'acme.gitlab.push-value')
})

test('Kafka accepts the name of every topic, and no two names differ only in dots and underscores', () => {
  const topics = eventTypes.map(createNames('').topic)
  for (const topic of topics) assert.match(topic, /^[a-zA-Z0-9._-]{1,249}$/)
  assert.equal(new Set(topics.map((topic) => topic.replaceAll('.', '_'))).size, topics.length)
})
