import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readVariables } from '../../lib/config.ts'
import { createKafka, endConnections, kafkaVariables } from '../../lib/kafka/client.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { quietLogger } from '../../lib/logger.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('connections')
const connections = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length

test('a request that is under way while its client is closed leaves no connection behind', async () => {
  const before = connections()
  const kafka = createKafka(readVariables(kafkaVariables, stack.env), 'test', quietLogger())
  const offsets = await openOffsets(kafka)
  assert.ok(connections() > before)
  const asked = Promise.allSettled(Array.from({ length: 5 }, () => offsets.ends([stack.names.topic('push')])))
  await offsets.close()
  endConnections(kafka)
  await asked
  await eventually(() => assert.equal(connections(), before))
})
