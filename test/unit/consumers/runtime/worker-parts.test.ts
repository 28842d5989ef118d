import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Consumer } from '../../../../consumers/consumer.ts'
import {
  handledFolder,
  openHandledDeliveries,
} from '../../../../consumers/runtime/handled/handled-deliveries.ts'
import { createWorkerParts } from '../../../../consumers/runtime/worker-parts.ts'
import type { Offsets } from '../../../../lib/kafka/offsets.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { pushConsumer } from '../../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

/** Makes a worker whose resources record when they are opened and closed. */
const openWorker = async (t: TestContext) => {
  const happened: string[] = []
  const dataDir = join(await temporaryFolder(t), 'data')
  const worker: Consumer = {
    ...pushConsumer('test-worker', async () => undefined),
    create: async () => {
      happened.push('handler opened')
      return { handle: async () => undefined, close: async () => void happened.push('handler closed') }
    },
  }
  const openOffsets = async () => {
    happened.push('offsets opened')
    return { close: async () => void happened.push('offsets closed') } as Offsets
  }
  const env = {
    KAFKA_BROKERS: '127.0.0.1:1',
    SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
    BRIDGE_DATA_DIR: dataDir,
  }
  const create = (consumer: Partial<Pick<Consumer, 'create' | 'repeats'>> = {}, open = openOffsets) =>
    createWorkerParts({ ...worker, ...consumer }, env, recordingLogger().logger, createMetrics(), {}, open)
  return { happened, dataDir, create }
}

test('clients that were opened before a handler that cannot be created are closed again', async (t) => {
  const { happened, create } = await openWorker(t)
  const creating = create({ create: () => Promise.reject(new Error('wrong password')) })
  await assert.rejects(creating, /wrong password/)
  assert.deepEqual(happened, ['offsets opened', 'offsets closed'])
})

test('the handler is closed too when the memory of deliveries is in use', async (t) => {
  const { happened, dataDir, create } = await openWorker(t)
  const other = await openHandledDeliveries(handledFolder(dataDir, 'test-worker'), 7)
  t.after(() => other.close())
  await assert.rejects(create({ repeats: { skippedForDays: 7 } }), /: process \d+ uses /)
  assert.deepEqual(happened, ['offsets opened', 'handler opened', 'handler closed', 'offsets closed'])
})

test('no handler is created when the brokers cannot be reached', async (t) => {
  const { happened, create } = await openWorker(t)
  await assert.rejects(
    create({}, () => Promise.reject(new Error('no broker'))),
    /no broker/,
  )
  assert.deepEqual(happened, [])
})

test('an error while closing does not hide the reason why the worker does not start', async (t) => {
  const { create } = await openWorker(t)
  const openOffsets = async () =>
    ({ close: () => Promise.reject(new Error('does not close')) }) as unknown as Offsets
  const creating = create({ create: () => Promise.reject(new Error('wrong password')) }, openOffsets)
  await assert.rejects(creating, /wrong password/)
})

test('closing the parts closes everything that was opened', async (t) => {
  const { happened, create } = await openWorker(t)
  const parts = await create()
  await parts.close()
  assert.deepEqual(happened.slice(2).sort(), ['handler closed', 'offsets closed'])
})
