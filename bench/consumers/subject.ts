// One subject of the benchmark as a process of its own. It handles its records, prints its progress and ends.
import { z } from 'zod'
import { auditLog } from '../../consumers/audit-log/audit-log.ts'
import { type Consumer, defineConsumer, type Handler } from '../../consumers/consumer.ts'
import { noGitlabApis } from '../../consumers/gitlab-api/open-gitlab-apis.ts'
import { createEventDecoder } from '../../consumers/runtime/event-decoder.ts'
import { fetchSizesOf } from '../../consumers/runtime/group/fetch-sizes.ts'
import { startWorker } from '../../consumers/runtime/worker.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { readVariables } from '../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { noTopicId } from '../../lib/kafka/topic-ids.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'

type Push = RecordOf<'push'>

/** The benchmark runs `setup` for them, so that every subject has topics and first offsets. */
export const benchConsumers = {
  noop: defineConsumer({
    name: 'bench-noop',
    summary: 'Does nothing.',
    events: ['push'],
    begins: 'oldest',
    repeats: 'harmless',
    effect: 'internal',
    personalData: 'none',
    metricsPort: 0,
    variables: z.object({}),
    dryRun: () => [],
    create: async () => ({ handle: async () => undefined, close: async () => undefined }),
  }),
  'audit-log': { ...auditLog, name: 'bench-audit-log', events: ['push'] } as unknown as Consumer<'push'>,
} satisfies Record<string, Consumer<'push'>>

export type BenchConsumerName = keyof typeof benchConsumers

/** The progress of a subject after a tenth of its records. */
export interface Progress {
  count: number
  /** Time since its first record. */
  seconds: number
  rssMiB: number
  /** The highest value so far. */
  peakRssMiB: number
  /** Of the project that is furthest behind: the share of its records that were handled, 0 to 1. */
  furthestBehind: number
}

/** How many projects the records belong to. Each record belongs to the next project. */
export const projects = 60

/** Counts records, prints the progress after every tenth, and ends the process after the last record. */
const createCounter = (total: number) => {
  let [count, startedAt] = [0, 0]
  const handledOf = new Map<number, number>()
  const currentProgress = (): Progress => ({
    count,
    seconds: (performance.now() - startedAt) / 1000,
    rssMiB: process.memoryUsage.rss() / 1024 ** 2,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    furthestBehind:
      handledOf.size < projects ? 0 : Math.min(1, Math.min(...handledOf.values()) / (total / projects)),
  })
  return (records: readonly Push[]) => {
    if (count === 0) startedAt = performance.now()
    const before = Math.floor((10 * count) / total)
    count += records.length
    for (const { project_id } of records) handledOf.set(project_id, (handledOf.get(project_id) ?? 0) + 1)
    if (Math.floor((10 * count) / total) === before) return
    process.stdout.write(`${JSON.stringify(currentProgress())}\n`)
    if (count >= total) process.exit(0)
  }
}

type Count = ReturnType<typeof createCounter>

/** Runs the worker under the runtime. Its handler counts the records. */
const runWorker = async (consumer: Consumer<'push'>, count: Count) => {
  const counting = {
    ...consumer,
    create: async (settings: never, logger: never, tools: never): Promise<Handler<'push'>> => {
      const handler = await consumer.create(settings, logger, tools)
      if ('handle' in handler) {
        const handle = handler.handle.bind(handler)
        return {
          ...handler,
          handle: (record, context) => {
            count([record])
            return handle(record, context)
          },
        }
      }
      return {
        ...handler,
        handleBatch: async (records, context) => {
          await handler.handleBatch(records, context)
          count(records)
          return 'processed'
        },
      }
    },
  }
  await startWorker(counting as unknown as Consumer, process.env, quietLogger())
}

/** Runs the same client options, fetch sizes, decoding and handler without the runtime. */
const runBare = async (consumer: Consumer<'push'>, count: Count) => {
  const settings = readVariables(
    z.object({ ...kafkaVariables.shape, ...registryVariables.shape }),
    process.env,
  )
  const logger = quietLogger()
  const decode = createEventDecoder(['push'], createRegistry(settings, 'bench'))
  const handler = await consumer.create(readVariables(consumer.variables, process.env), logger, {
    gitlab: noGitlabApis,
    metrics: createMetrics(),
    readRecord: async () => undefined,
  })
  const groupId = `bench-bare-${process.pid}`
  const client = createKafka(settings, groupId, logger).consumer({
    groupId,
    maxWaitTimeInMs: 500,
    ...fetchSizesOf(handler),
  })
  const signal = new AbortController().signal
  await client.connect()
  await client.subscribe({
    topics: [createNames(settings.KAFKA_TOPIC_PREFIX).topic('push')],
    fromBeginning: true,
  })
  await client.run({
    partitionsConsumedConcurrently: 3,
    eachBatch: async ({ batch }) => {
      const records: Push[] = []
      const { topic, partition } = batch
      const originOf = ({ offset }: { offset: string }) => ({
        ...{ topic, partition, topicId: noTopicId, offset: Number(offset) },
      })
      const origins = batch.messages.map(originOf)
      for (const { value } of batch.messages) {
        const record = (await decode(value ?? Buffer.alloc(0))) as Push
        if ('handle' in handler) {
          count([record])
          await handler.handle(record, { signal, origins })
        } else records.push(record)
      }
      for (let start = 0; 'handleBatch' in handler && start < records.length; start += 500) {
        const some = records.slice(start, start + 500)
        await handler.handleBatch(some, { signal, origins: origins.slice(start, start + 500) })
        count(some)
      }
    },
  })
}

if (import.meta.main) {
  const [kind, name, total] = process.argv.slice(2)
  const consumer = benchConsumers[name === 'noop' ? 'noop' : 'audit-log'] as Consumer<'push'>
  await (kind === 'bare' ? runBare : runWorker)(consumer, createCounter(Number(total)))
}
