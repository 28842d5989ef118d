import { readFileSync } from 'node:fs'
import { Partitioners } from 'kafkajs'
import { z } from 'zod'
import { setUp } from '../../../cli/setup/set-up.ts'
import type { Consumer, HandleContext, HandleResult } from '../../../consumers/consumer.ts'
import { startWorker } from '../../../consumers/runtime/worker.ts'
import { createEncoder } from '../../../lib/avro/codec.ts'
import { createRegistry, registryVariables } from '../../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import type { Running } from '../../../lib/lifecycle.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import { typeOfShape, wireSchema } from '../../../schemas/load.ts'
import { deliver, hookOf } from '../records/deliver.ts'
import { openStack, type Stack } from '../servers/stack.ts'
import { eventually } from './eventually.ts'
import { type LogLine, recordingLogger } from './recording-logger.ts'

export type Push = RecordOf<'push'>

/** A worker on the push topic, made for one test. */
export const pushConsumer = (
  name: string,
  handle: (record: Push, context: HandleContext) => Promise<HandleResult>,
): Consumer<'push', z.ZodObject> => ({
  name,
  summary: 'Made for a test.',
  events: ['push'],
  repeats: 'harmless',
  metricsPort: 0,
  variables: z.object({}),
  create: async () => ({ handle, close: async () => undefined }),
})

/** Topics, schemas and first offsets for the given workers. */
export const openWorkerStack = async (name: string, workers: readonly Consumer[]): Promise<Stack> => {
  const stack = await openStack(name)
  await setUp({ ...stack.env, DATABASE_URL: stack.databaseUrl }, recordingLogger().logger, workers)
  return stack
}

export interface WorkerUnderTest extends Running {
  lines: readonly LogLine[]
  /** What `/metrics` says of one series, without prefix: `consumer_handled_total{event="push",outcome="processed"}`. */
  metric(series: string): Promise<number>
  /** Status and word of `/livez`. */
  live(): Promise<string>
}

/** Short times, so that what takes minutes takes seconds. */
const quick = { CONSUMER_ATTEMPTS: '2', CONSUMER_SESSION_SECONDS: '6', CONSUMER_TIMEOUT_SECONDS: '5' }

/** Starts a worker in this process. */
export const startHere = async (
  stack: Stack,
  consumer: Consumer,
  env: Environment = {},
): Promise<WorkerUnderTest> => {
  const { logger, lines } = recordingLogger()
  const running = await startWorker(consumer, { ...stack.env, ...quick, ...env }, logger)
  const metricsUrl = String(lines.find(({ message }) => message === 'consuming')?.fields.metrics)
  return {
    ...running,
    lines,
    metric: async (series) => {
      const text = await (await fetch(metricsUrl)).text()
      const line = text.split('\n').find((candidate) => candidate.startsWith(`gitlab_bridge_${series} `))
      if (line === undefined) throw new Error(`no series ${series}`)
      return Number(line.slice(line.lastIndexOf(' ') + 1))
    },
    live: async () => {
      const response = await fetch(metricsUrl.replace('/metrics', '/livez'))
      return `${response.status} ${((await response.json()) as { status: string }).status}`
    },
  }
}

const { decoded } = await deliver(hookOf(readFileSync(new URL('../../fixtures/push.json', import.meta.url))))

export interface PublishOptions {
  /** Of the delivery ids. */
  prefix?: string
  from?: number
  projects?: number
  receivedAt?: (index: number) => number
  /** Default: by the key. */
  partition?: number
  /** Pushes of branches, or of tags. */
  event?: 'push' | 'tag_push'
}

/** Publishes pushes as the ingress does; `delivery.id` is `<prefix>-<n>`, the project `n` modulo `projects`. @returns the ids */
export const publishPushes = async (
  stack: Pick<Stack, 'env' | 'kafka' | 'names'>,
  count: number,
  options: PublishOptions = {},
): Promise<string[]> => {
  const { prefix = 'd', from = 0, projects = 7, receivedAt = Date.now, partition, event = 'push' } = options
  const registry = createRegistry(readVariables(registryVariables, stack.env), 'test')
  const topic = stack.names.topic(event)
  const encode = createEncoder(
    typeOfShape('push'),
    await registry.idOf(stack.names.subject(topic), wireSchema('push')),
  )
  const producer = stack.kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  })
  await producer.connect()
  const messageOf = (index: number) => {
    const projectId = ((from + index) % projects) + 1
    const received_at = receivedAt(index)
    const delivery = { ...decoded.delivery, id: `${prefix}-${from + index}`, received_at }
    const value = encode({ ...decoded, project_id: projectId, delivery })
    return {
      key: String(projectId),
      value,
      timestamp: String(received_at),
      ...(partition !== undefined && { partition }),
    }
  }
  for (let start = 0; start < count; start += 100) {
    const messages = Array.from({ length: Math.min(100, count - start) }, (_, index) =>
      messageOf(start + index),
    )
    await producer.send({ topic, messages, acks: -1 })
  }
  await producer.disconnect()
  return Array.from({ length: count }, (_, index) => `${prefix}-${from + index}`)
}

/** Waits until the list holds so many entries. */
export const untilCount = async (
  list: { readonly length: number } | { readonly size: number },
  count: number,
  limitMs?: number,
): Promise<void> => {
  const lengthOf = () => ('length' in list ? list.length : list.size)
  await eventually(() => {
    if (lengthOf() < count) throw new Error(`${lengthOf()} of ${count}`)
  }, limitMs)
}

/** Sorted, for comparing sets. */
export const sorted = (ids: Iterable<string>): string[] => [...ids].sort()
