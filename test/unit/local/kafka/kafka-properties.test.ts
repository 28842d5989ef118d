import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kafkaProperties } from '../../../../local/kafka/kafka-properties.ts'

const node = (id: number) => ({ id, port: 9000 + id, controllerPort: 9100 + id })

test('a single node is a cluster without replication and with one voter', () => {
  const properties = kafkaProperties(node(1), [node(1)], 'data').split('\n')
  for (const line of [
    'controller.quorum.voters=1@127.0.0.1:9101',
    'offsets.topic.replication.factor=1',
    'min.insync.replicas=1',
    'log.dirs=data',
  ])
    assert.ok(properties.includes(line), line)
})

test('all ports listen on 127.0.0.1 only', () => {
  assert.match(
    kafkaProperties(node(1), [node(1)], 'data'),
    /^listeners=PLAINTEXT:\/\/127\.0\.0\.1:9001,CONTROLLER:\/\/127\.0\.0\.1:9101$/m,
  )
})

test('three nodes keep three replicas, of which two must be in sync', () => {
  const properties = kafkaProperties(node(2), [node(1), node(2), node(3)], 'data')
  assert.match(properties, /^default\.replication\.factor=3$/m)
  assert.match(properties, /^min\.insync\.replicas=2$/m)
})
