import { hash } from 'node:crypto'
import { type Message, Partitioners } from 'kafkajs'
import { createEncoder } from '../../../lib/avro/codec.ts'
import { createRegistry, registryVariables } from '../../../lib/avro/registry.ts'
import { readVariables } from '../../../lib/config.ts'
import { typeOfShape, wireSchema } from '../../../schemas/load.ts'
import type { Stack } from '../servers/stack.ts'
import { deliver, hookOf } from './deliver.ts'
import { sample } from './hooks.ts'

const recordsPerRequest = 100
const { decoded } = await deliver(hookOf(sample('push')))

export interface PublishOptions {
  /** The first part of the delivery ids. */
  prefix?: string
  /** The number of the first record. */
  from?: number
  projects?: number
  receivedAt?: (index: number) => number
  /** Address of the GitLab. By default the hook does not say it. */
  instance?: string
  /** By default the key decides. */
  partition?: number
  /** Pushes of branches or of tags. */
  event?: 'push' | 'tag_push'
}

/**
 * Publishes pushes as the ingress does. `delivery.id` is `<prefix>-<n>`;
 * the project is `n` modulo `projects`, plus one. Each push moves the branch from where the one before it in
 * the project has left it.
 *
 * @returns the delivery ids, in order
 */
export const publishPushes = async (
  stack: Pick<Stack, 'env' | 'kafka' | 'names'>,
  count: number,
  options: PublishOptions = {},
): Promise<string[]> => {
  const { prefix = 'd', from = 0, projects = 7, receivedAt = Date.now, event = 'push' } = options
  const { partition, instance = decoded.delivery.instance } = options
  const topic = stack.names.topic(event)
  const registry = createRegistry(readVariables(registryVariables, stack.env), 'test')
  const schemaId = await registry.idOf(stack.names.subject(topic), wireSchema('push'))
  const encode = createEncoder(typeOfShape('push'), schemaId)
  const messageOf = (index: number): Message => {
    const projectId = ((from + index) % projects) + 1
    const shaOf = (number: number) => hash('sha1', `${prefix} ${number}`)
    const moved = { before: shaOf(from + index - projects), after: shaOf(from + index) }
    const received_at = receivedAt(index)
    const delivery = { ...decoded.delivery, id: `${prefix}-${from + index}`, received_at, instance }
    return {
      key: String(projectId),
      value: encode({ ...decoded, ...moved, project_id: projectId, delivery }),
      timestamp: String(received_at),
      ...(partition !== undefined && { partition }),
    }
  }

  const producer = stack.kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    // A broker that has just been started answers before its partitions have leaders.
    retry: { retries: 20 },
  })
  await producer.connect()
  for (let start = 0; start < count; start += recordsPerRequest) {
    const length = Math.min(recordsPerRequest, count - start)
    const messages = Array.from({ length }, (_, index) => messageOf(start + index))
    await producer.send({ topic, messages, acks: -1 })
  }
  await producer.disconnect()
  return Array.from({ length: count }, (_, index) => `${prefix}-${from + index}`)
}
