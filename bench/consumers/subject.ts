// One subject of the benchmark as a process of its own: handles so many records, says how long it took, and ends.
import { z } from 'zod'
import { auditLog } from '../../consumers/audit-log/audit-log.ts'
import { type Consumer, defineConsumer, type Handler } from '../../consumers/consumer.ts'
import { createEventDecoder } from '../../consumers/event-decoder.ts'
import { startWorker } from '../../consumers/worker.ts'
import { readVariables } from '../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka.ts'
import { createLogger } from '../../lib/logger.ts'
import { createRegistry, registryVariables } from '../../lib/registry.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'

type Push = RecordOf<'push'>

/** Given to `setup` by the benchmark, so that every subject has topics and first offsets. */
export const benchConsumers = {
  noop: defineConsumer({
    name: 'bench-noop',
    summary: 'Does nothing.',
    events: ['push'],
    metricsPort: 0,
    variables: z.object({}),
    create: async () => ({ handle: async () => undefined, close: async () => undefined }),
  }),
  'audit-log': { ...auditLog, name: 'bench-audit-log', events: ['push'] } as unknown as Consumer<'push'>,
} satisfies Record<string, Consumer<'push'>>

/** Writes where it stands after every tenth, and ends after the last. */
const createCount = (total: number) => {
  let [count, startedAt] = [0, 0]
  return (more: number) => {
    if (count === 0) startedAt = performance.now()
    const before = Math.floor((10 * count) / total)
    count += more
    if (Math.floor((10 * count) / total) === before) return
    process.stdout.write(`${JSON.stringify({ count, seconds: (performance.now() - startedAt) / 1000 })}\n`)
    if (count >= total) process.exit(0)
  }
}

/** The worker under the runtime; its handler tells what it was given. */
const runWorker = async (consumer: Consumer<'push'>, count: (more: number) => void) => {
  const counting = {
    ...consumer,
    create: async (settings: never, logger: never): Promise<Handler<'push'>> => {
      const handler = await consumer.create(settings, logger)
      if ('handle' in handler) {
        const handle = handler.handle.bind(handler)
        return {
          ...handler,
          handle: (record, context) => {
            count(1)
            return handle(record, context)
          },
        }
      }
      return {
        ...handler,
        handleBatch: async (records, context) => {
          await handler.handleBatch(records, context)
          count(records.length)
          return 'processed'
        },
      }
    },
  }
  await startWorker(counting as unknown as Consumer, process.env, createLogger('bench', { LOG_LEVEL: 'error' }))
}

/** The same client options, decoding and handler, without the runtime. */
const runBare = async (consumer: Consumer<'push'>, count: (more: number) => void) => {
  const settings = readVariables(z.object({ ...kafkaVariables.shape, ...registryVariables.shape }), process.env)
  const logger = createLogger('bench', { LOG_LEVEL: 'error' })
  const decode = createEventDecoder(['push'], createRegistry(settings, 'bench'))
  const handler = await consumer.create(readVariables(consumer.variables, process.env), logger)
  const groupId = `bench-bare-${process.pid}`
  const client = createKafka(settings, groupId, logger).consumer({
    groupId,
    maxWaitTimeInMs: 500,
    maxBytes: 4 << 20,
    maxBytesPerPartition: 1 << 20,
  })
  const signal = new AbortController().signal
  await client.connect()
  await client.subscribe({ topics: [createNames(settings.KAFKA_TOPIC_PREFIX).topic('push')], fromBeginning: true })
  await client.run({
    partitionsConsumedConcurrently: 3,
    eachBatch: async ({ batch }) => {
      const records: Push[] = []
      for (const { value } of batch.messages) {
        const record = (await decode(value ?? Buffer.alloc(0))) as Push
        if ('handle' in handler) {
          count(1)
          await handler.handle(record, { signal })
        } else records.push(record)
      }
      for (let start = 0; 'handleBatch' in handler && start < records.length; start += 500) {
        const some = records.slice(start, start + 500)
        await handler.handleBatch(some, { signal })
        count(some.length)
      }
    },
  })
}

if (import.meta.main) {
  const [kind, name, total] = process.argv.slice(2)
  const consumer = benchConsumers[name === 'noop' ? 'noop' : 'audit-log'] as Consumer<'push'>
  await (kind === 'bare' ? runBare : runWorker)(consumer, createCount(Number(total)))
}
