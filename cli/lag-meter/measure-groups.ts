import { setTimeout as sleep } from 'node:timers/promises'
import { consumers } from '../../consumers/index.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { groupNeeds, requireAccess } from '../../lib/kafka/access.ts'
import { endConnections } from '../../lib/kafka/client.ts'
import type { Names } from '../../schemas/topics.ts'
import { createKafkaClient, operatorTimeoutMs } from '../clients.ts'
import { reportMissingTopics, requireTopics } from '../require-topics.ts'
import { usedWorkersVariables } from '../variables/used-workers.ts'
import type { LagMeter, Measurement } from './lag-meter.ts'
import { openLagMeter } from './open-lag-meter.ts'

/** How long to watch groups that are behind to see whether they make progress, in milliseconds. */
const watchMs = 5000

/**
 * Measures the lag of all workers for a command.
 *
 * @param command its name
 * @throws UsageError if none of the topics exists
 */
export const measureGroups = async (
  env: Environment,
  command: string,
  workers = consumers,
): Promise<Measurement & { names: Names }> => {
  const { BRIDGE_WORKERS: named } = readVariables(usedWorkersVariables(workers), env)
  const { kafka, names } = createKafkaClient(env, command, operatorTimeoutMs)
  const events = new Set(workers.flatMap(({ events }) => events))
  const retryTopics = workers.map(({ name }) => names.retryTopic(name))
  const topics = [...[...events].map(names.topic), ...retryTopics]
  reportMissingTopics(await requireTopics({ kafka, names }, topics))
  const groups = workers.map(({ name }) => names.group(name))
  await requireAccess(kafka, groupNeeds('Describe', groups))
  const stall = { stallMs: watchMs, stalls: 'whole group' } as const
  const meter = await openLagMeter(kafka, names, workers, named, stall)
  try {
    return { ...(await measureWithProgress(meter.measure)), names }
  } finally {
    await meter.close()
    // kafkajs forgets one of two connections that it opens to a broker at the same time.
    endConnections(kafka)
  }
}

/**
 * One measurement cannot tell a slow group from a stalled one. So if a group is behind, a second one follows.
 */
const measureWithProgress = async (measure: LagMeter): Promise<Measurement> => {
  const first = await measure()
  if (!first.lags.some(({ verdict }) => verdict === 'behind')) return first
  await sleep(watchMs)
  return measure()
}
