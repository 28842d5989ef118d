import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { type Lag, lagSeconds } from '../lag-meter/lag-meter.ts'
import { lagText, notUsedText } from '../lag-meter/lag-text.ts'
import { measureGroups } from '../lag-meter/measure-groups.ts'

/**
 * @param shown `behind`: topics with lag, and one line for each group that is caught up
 * @throws UsageError if none of the topics exists
 */
export const printLag = async (
  env: Environment,
  shown: 'behind' | 'all' | 'json',
  print: (line: string) => void,
  workers = consumers,
): Promise<void> => {
  const { lags, unused } = await measureGroups(env, 'lag', workers)
  const now = Date.now()
  for (const lag of shown === 'behind' ? withoutCaughtUpTopics(lags) : lags)
    print(shown === 'json' ? JSON.stringify(rowOf(lag, now)) : textOf(lag, now))
  for (const { group } of unused)
    print(shown === 'json' ? JSON.stringify(unusedRowOf(group)) : notUsedText(group))
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

/** A group that is not used has neither lag nor verdict. */
const unusedRowOf = (group: string) => ({
  group,
  topic: null,
  lag_records: null,
  lag_seconds: null,
  verdict: null,
})

const textOf = (lag: Lag, now: number): string =>
  `${lag.verdict.padEnd(8)} ${lag.group}  ${lag.topic}  ${lagText(lag, now)}`
