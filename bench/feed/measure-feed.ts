import { readAllSeries } from '../../test/helpers/process/read-series.ts'
import { median } from '../report/median.ts'
import { usageOf } from '../usage.ts'
import { type ClientsReport, startClients } from './clients.ts'
import type { Scenario } from './scenarios.ts'
import { sendHooks } from './send-hooks.ts'

export interface MeasuredFeed extends ClientsReport {
  scenario: Scenario
  /** Events that the clients should have received. */
  expected: number
  eventsPerWrite: number
  /** Share of one processor. */
  cpu: number
  /** Median of the resident memory in the second and in the last third of the time. */
  middleMiB: number
  lastMiB: number
}

export interface FeedProcess {
  pid: number
  url: string
  metricsUrl: string
}

const [mebibyte, sampleMs, warmUpSeconds] = [1024 * 1024, 500, 3]

/** Runs one scenario against a feed that has no other clients. */
export const measureFeed = async (
  scenario: Scenario,
  feed: FeedProcess,
  hookUrl: string,
  seconds: number,
): Promise<MeasuredFeed> => {
  const clients = startClients()
  const paths = Array.from({ length: scenario.clients }, (_, client) => scenario.pathOf(client))
  await clients.connect(feed.url, paths)
  const warmUp = await sendHooks(hookUrl, scenario.hooksPerSecond, warmUpSeconds)
  await clients.report(warmUp * scenario.receivers)
  const [before, used] = [await readCounts(feed.metricsUrl), usageOf(feed.pid).cpuSeconds]
  const memory: number[] = []
  const sampling = setInterval(() => memory.push(usageOf(feed.pid).rssBytes / mebibyte), sampleMs)
  const sent = await sendHooks(hookUrl, scenario.hooksPerSecond, seconds)
  clearInterval(sampling)
  const cpu = (usageOf(feed.pid).cpuSeconds - used) / seconds
  const expected = sent * scenario.receivers
  const report = await clients.report(expected)
  const after = await readCounts(feed.metricsUrl)
  clients.stop()
  const third = Math.floor(memory.length / 3)
  return {
    ...report,
    scenario,
    expected,
    eventsPerWrite: (after.sent - before.sent) / (after.writes - before.writes),
    cpu,
    middleMiB: median(memory.slice(third, 2 * third)),
    lastMiB: median(memory.slice(2 * third)),
  }
}

const readCounts = async (metricsUrl: string) => {
  const series = await readAllSeries(metricsUrl)
  return {
    sent: series.get('event_feed_events_sent_total') ?? 0,
    writes: series.get('event_feed_writes_total') ?? 0,
  }
}
