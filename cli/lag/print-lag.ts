import { setTimeout as sleep } from 'node:timers/promises'
import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { groupNeeds, requireAccess } from '../../lib/kafka/access.ts'
import { createKafkaClient, operatorTimeoutMs } from '../clients.ts'
import { type Lag, lagSeconds } from '../lag-meter/lag-meter.ts'
import { type OpenLagMeter, openLagMeter } from '../lag-meter/open-lag-meter.ts'
import { reportMissingTopics, requireTopics } from '../require-topics.ts'

/** How long to watch groups that are behind to see whether they make progress, in milliseconds. */
const watchMs = 5000

/**
 * @param shown `behind`: topics with lag, and one line for each group that is caught up
 * @throws UsageError if none of the topics exists
 */
export const printLag = async (
  env: Environment,
  shown: 'behind' | 'all' | 'json',
  print: (line: string) => void,
): Promise<void> => {
  const { kafka, names } = createKafkaClient(env, 'lag', operatorTimeoutMs)
  const events = new Set(consumers.flatMap(({ events }) => events))
  const retryTopics = consumers.map(({ name }) => names.retryTopic(name))
  const topics = [...[...events].map(names.topic), ...retryTopics]
  reportMissingTopics(await requireTopics({ kafka, names }, topics))
  const groups = consumers.map(({ name }) => names.group(name))
  await requireAccess(kafka, groupNeeds('Describe', groups))
  const meter = await openLagMeter(kafka, names, consumers, { stallMs: watchMs, stalls: 'whole group' })
  try {
    const lags = await measureWithProgress(meter)
    const now = Date.now()
    for (const lag of shown === 'behind' ? withoutCaughtUpTopics(lags) : lags)
      print(shown === 'json' ? JSON.stringify(rowOf(lag, now)) : textOf(lag, now))
  } finally {
    await meter.close()
  }
}

/**
 * One measurement cannot tell a slow group from a stalled one. So if a group is behind, a second one follows.
 */
const measureWithProgress = async ({ measure }: OpenLagMeter): Promise<Lag[]> => {
  const lags = await measure()
  if (!lags.some(({ verdict }) => verdict === 'behind')) return lags
  await sleep(watchMs)
  return measure()
}

/** Topics with lag. A group without lag gets one row for all its topics. */
const withoutCaughtUpTopics = (lags: readonly Lag[]): Lag[] => {
  const groups = Map.groupBy(lags, ({ group }) => group).values()
  return [...groups].flatMap((topics) => {
    const behind = topics.filter(({ records, missing }) => records > 0 || missing !== undefined)
    return behind.length > 0 ? behind : topics.slice(0, 1).map((lag) => ({ ...lag, topic: 'all topics' }))
  })
}

const rowOf = (lag: Lag, now: number) => ({
  group: lag.group,
  topic: lag.topic,
  lag_records: lag.records,
  lag_seconds: lagSeconds(lag, now),
  verdict: lag.verdict,
})

const textOf = (lag: Lag, now: number): string => {
  const start = `${lag.verdict.padEnd(8)} ${lag.group}  ${lag.topic}  `
  if (lag.missing === 'topic') return `${start}the topic does not exist`
  if (lag.missing !== undefined) return `${start}a partition has no committed offset: run \`bridge setup\``
  if (lag.records === 0) return `${start}caught up`
  return `${start}${lag.records} records behind, the oldest ${lagSeconds(lag, now).toFixed(1)} s old`
}
