import { mkdir } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg } from 'node:os'
import type { Environment } from '../../lib/config.ts'
import { bridgeEnvironment, startBridge } from '../../test/helpers/process/bridge-process.ts'
import { eventually } from '../../test/helpers/process/eventually.ts'
import { logEntriesIn } from '../../test/helpers/process/log-entries.ts'
import { readSeries } from '../../test/helpers/process/read-series.ts'
import { secretToken } from '../../test/helpers/servers/stack.ts'
import { formatCount, formatPercent, formatRatio } from '../report/format.ts'
import { promisesOf } from '../report/render-report.ts'
import { startServers } from '../servers.ts'
import { type MeasuredFeed, measureFeed } from './measure-feed.ts'
import { scenarios } from './scenarios.ts'

export interface FeedPlan {
  /** How long each scenario lasts. */
  seconds: number
  /** Where the CPU profiles of the feed are written; undefined: none are made. */
  profileFolder: string | undefined
}

const maxP99Ms = 250
/** Resident memory in the last third of the time may be so much of that in the second third. */
const maxGrowth = 1.1

/** Measures the feed on servers of its own. Returns the report as Markdown. */
export const benchFeed = async (plan: FeedPlan, progress: (line: string) => void): Promise<string> => {
  const loadBefore = loadavg()[0] ?? 0
  const servers = await startServers(process.env, undefined)
  const env = { ...bridgeEnvironment(servers.dataDir), ...servers.env, INGRESS_SECRET_TOKENS: secretToken }
  const measured: MeasuredFeed[] = []
  try {
    const ingress = await startBridge(['ingress'], env, servers.dataDir)
    const { hookUrl, metricsUrl } = await ingress.ready()
    await eventually(async () => {
      if ((await readSeries(metricsUrl, 'ingress_connected')) !== 1) throw new Error('the ingress waits')
    })
    for (const scenario of scenarios) {
      progress(`${scenario.name}: ${plan.seconds} s of ${scenario.hooksPerSecond} hooks/s …`)
      const feed = await startFeed(plan, env, servers.dataDir)
      measured.push(await measureFeed(scenario, feed, String(hookUrl), plan.seconds))
      await feed.stop()
    }
    await ingress.stop(10_000)
  } finally {
    await servers.stop()
  }
  return render(plan, measured, [loadBefore, loadavg()[0] ?? 0])
}

const startFeed = async ({ profileFolder }: FeedPlan, env: Environment, dataDir: string) => {
  if (profileFolder !== undefined) await mkdir(profileFolder, { recursive: true })
  const profile = profileFolder && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileFolder}` }
  const ownEnv = { ...env, EVENT_FEED_PORT: '0', ...profile }
  const child = await startBridge(['consumer', 'event-feed'], ownEnv, dataDir)
  const { metricsUrl } = await child.ready()
  const listening = logEntriesIn(child.lines).find(({ message }) => message === 'the feed listens')
  return { pid: child.pid, url: String(listening?.url), metricsUrl, stop: () => child.stop(10_000) }
}

const columns = [
  ...['clients', 'hooks/s', 'events delivered/s', 'p50 ms', 'p99 ms', 'at most ms'],
  ...['events in one write', 'CPU', 'MiB'],
]

const cellsOf = ({ scenario, p50, p99, max, eventsPerWrite, cpu, lastMiB }: MeasuredFeed): string[] => [
  scenario.name,
  ...[scenario.hooksPerSecond, scenario.hooksPerSecond * scenario.receivers, p50, p99, max].map(formatCount),
  ...[formatRatio(eventsPerWrite), formatPercent(cpu), formatCount(lastMiB)],
]

const render = (
  { seconds }: FeedPlan,
  measured: readonly MeasuredFeed[],
  [before, after]: readonly [number, number],
): string => {
  const promises = measured.flatMap(({ scenario, ...seen }) => [
    {
      text: `${scenario.name}, ${scenario.hooksPerSecond} hooks/s: p99 < ${maxP99Ms} ms`,
      seen: `p50 ${seen.p50} ms, p99 ${seen.p99} ms, at most ${seen.max} ms`,
      isKept: seen.p99 < maxP99Ms,
    },
    {
      text: 'every client has every event',
      seen: `${formatCount(seen.events)} of ${formatCount(seen.expected)}; ${seen.ended} streams ended`,
      isKept: seen.events === seen.expected && seen.ended === 0,
    },
    {
      text: `memory is flat: the last third ≤ ${maxGrowth} × the second`,
      seen: `${seen.middleMiB.toFixed(0)} MiB, then ${seen.lastMiB.toFixed(0)} MiB`,
      isKept: seen.lastMiB <= maxGrowth * seen.middleMiB,
    },
  ])
  return [
    `${new Date().toISOString().slice(0, 16)}Z, ` +
      `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; ` +
      `${seconds} s for each row. Load average ${before.toFixed(1)} before and ${after.toFixed(1)} after.`,
    '',
    `| ${columns.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(columns.length - 1)}`,
    ...measured.map((each) => `| ${cellsOf(each).join(' | ')} |`),
    '',
    ...promisesOf({ promises }),
  ].join('\n')
}
