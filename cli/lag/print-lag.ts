import { setTimeout as sleep } from 'node:timers/promises'
import { consumers } from '../../consumers/index.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createNames } from '../../schemas/topics.ts'
import { type Lag, lagSeconds } from '../lag-meter/lag-meter.ts'
import { openLagMeter } from '../lag-meter/open-lag-meter.ts'
import { requestTimeoutMs } from '../request-timeout.ts'

/** How long a group with old records is watched to tell whether it moves, in milliseconds. */
const watchMs = 5000

/** @param shown `behind`: topics with lag, and one line for each group without */
export const printLag = async (
  env: Environment,
  shown: 'behind' | 'all' | 'json',
  print: (line: string) => void,
): Promise<void> => {
  const settings = readVariables(kafkaVariables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const kafka = createKafka(settings, names.group('lag'), quietLogger(), requestTimeoutMs)
  const { measure, close } = await openLagMeter(kafka, names, consumers, {
    stallMs: watchMs,
    stalls: 'whole group',
  })
  try {
    let lags = await measure()
    if (lags.some(({ verdict }) => verdict === 'behind')) {
      await sleep(watchMs)
      lags = await measure()
    }
    const now = Date.now()
    for (const [, of] of Map.groupBy(lags, ({ group }) => group)) {
      const behind = of.filter(({ records }) => records > 0)
      const lines = shown === 'behind' ? (behind.length > 0 ? behind : of.slice(0, 1)) : of
      for (const lag of lines) print(shown === 'json' ? JSON.stringify(rowOf(lag, now)) : textOf(lag, now))
    }
  } finally {
    await close()
  }
}

const rowOf = (lag: Lag, now: number) => ({
  group: lag.group,
  topic: lag.topic,
  lag_records: lag.records,
  lag_seconds: lagSeconds(lag, now),
  verdict: lag.verdict,
})

const textOf = (lag: Lag, now: number): string =>
  lag.records === 0
    ? `${lag.verdict.padEnd(8)} ${lag.group}  nothing to do`
    : `${lag.verdict.padEnd(8)} ${lag.group}  ${lag.topic}  ${lag.records} records, the oldest ${lagSeconds(lag, now).toFixed(1)} s old`
