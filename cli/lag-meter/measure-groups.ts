import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { consumers } from '../../consumers/index.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { groupNeeds, requireAccess } from '../../lib/kafka/access.ts'
import { endConnections } from '../../lib/kafka/client.ts'
import type { Names } from '../../schemas/topics.ts'
import { createKafkaClient, operatorTimeoutMs } from '../clients.ts'
import { reportMissingTopics, requireTopics } from '../require-topics.ts'
import { usedWorkersVariables } from '../variables/used-workers.ts'
import type { LagMeter, Measurement } from './lag-meter.ts'
import { type OpenLagMeter, openLagMeter } from './open-lag-meter.ts'

/** How long to watch groups that are behind to see whether they make progress, in milliseconds. */
const watchMs = 5000

/** A connection with which the lag of all workers is measured, once or again and again. */
export interface OpenGroups extends OpenLagMeter {
  kafka: Kafka
  names: Names
  /** The topics that the workers read and that do not exist. */
  missing: readonly string[]
}

/**
 * Connects to measure the lag of all workers for a command.
 *
 * @param command its name
 * @throws UsageError if none of the topics exists
 */
export const openGroups = async (
  env: Environment,
  command: string,
  workers = consumers,
): Promise<OpenGroups> => {
  const { BRIDGE_WORKERS: named } = readVariables(usedWorkersVariables(workers), env)
  const { kafka, names } = createKafkaClient(env, command, operatorTimeoutMs)
  try {
    const missing = await requireTopics({ kafka, names }, topicsReadBy(workers, names))
    const groups = workers.map(({ name }) => names.group(name))
    await requireAccess(kafka, groupNeeds('Describe', groups))
    const stall = { stallMs: watchMs, stalls: 'whole group' } as const
    const meter = await openLagMeter(kafka, names, workers, named, stall)
    const close = async () => {
      await meter.close()
      // kafkajs forgets one of two connections that it opens to a broker at the same time.
      endConnections(kafka)
    }
    return { measure: meter.measure, close, kafka, names, missing }
  } catch (error) {
    endConnections(kafka)
    throw error
  }
}

const topicsReadBy = (workers: typeof consumers, names: Names): string[] => {
  const events = new Set(workers.flatMap(({ events }) => events))
  return [...[...events].map(names.topic), ...workers.map(({ name }) => names.retryTopic(name))]
}

/**
 * Measures the lag of all workers once for a command.
 *
 * @param command its name
 * @throws UsageError if none of the topics exists
 */
export const measureGroups = async (
  env: Environment,
  command: string,
  workers = consumers,
): Promise<Measurement & { names: Names }> => {
  const groups = await openGroups(env, command, workers)
  reportMissingTopics(groups.missing)
  try {
    return { ...(await measureWithProgress(groups.measure)), names: groups.names }
  } finally {
    await groups.close()
  }
}

/**
 * One measurement cannot tell a slow group from a stalled one. So if a group is behind, a second one follows.
 */
export const measureWithProgress = async (measure: LagMeter): Promise<Measurement> => {
  const first = await measure()
  if (!first.lags.some(({ verdict }) => verdict === 'behind')) return first
  await sleep(watchMs)
  return measure()
}
