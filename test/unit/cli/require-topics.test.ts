import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noTopicsText } from '../../../cli/require-topics.ts'

test('with a wrong prefix, the error names the missing topic and the prefixes that exist', () => {
  const existing = ['gitlab.push', 'gitlab.issue', 'test.gitlab.push', 'foreign.gitlab.nothing', 'other']
  assert.equal(
    noTopicsText(['prod.gitlab.push', 'prod.gitlab.issue'], 'prod.', existing),
    'There is no topic prod.gitlab.push and no other topic that the command reads. ' +
      'KAFKA_TOPIC_PREFIX is "prod.". Kafka has topics of the bridge with: no prefix, "test.". ' +
      'Set KAFKA_TOPIC_PREFIX to the prefix of your installation, or run `bridge setup`.',
  )
})

test('on a cluster without topics of the bridge, the error says that setup has not run', () => {
  assert.equal(
    noTopicsText(['gitlab.push'], '', ['other']),
    'There is no topic gitlab.push. KAFKA_TOPIC_PREFIX is not set. ' +
      'Kafka has no topic of the bridge at all. Run `bridge setup`.',
  )
})
