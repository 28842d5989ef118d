import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlert, readRules } from '../../monitoring/read-rules.ts'
import { eventually } from '../helpers/process/eventually.ts'
import type { RunbookSection } from '../helpers/runbooks/runbook-commands.ts'
import type { Broken, Fault } from './fault.ts'
import { millisecondsOf } from './rules/divide-durations.ts'
import { runRunbook } from './runbooks/run-runbook.ts'
import type { GameStack } from './stack/game-stack.ts'
import { harmlessAlerts, type Notification } from './stack/pager.ts'

/** What the fault did. */
export interface FaultReport {
  fault: Fault
  /** Each alert that paged, and how many seconds after the fault. */
  pages: { alert: string; severity: string; seconds: number }[]
  /** Other alerts that paged shortly after the repair, while the processes recovered. */
  recovery: string[]
  /** The alerts that fired and paged nobody, because another one is their cause. */
  suppressed: string[]
  /** Seconds from the repair until no alert fired. */
  resolvedAfter: number
  commands: string[]
  faults: string[]
}

/** What a busy machine may add to the time of an alert, in milliseconds. The rules are not the reason. */
export const noiseMs = 30_000

/** How long the broken stack is watched after the page: wrong alerts must have time to fire. */
const watchFor = '15m'
/** An alert stays up to an hour after its cause (`keep_firing_for`). */
const defaultResolvesWithin = '2h'

/**
 * After a repair, consumer groups join again, clients connect again, and hooks are drained. This takes real
 * time, which is not divided. In production it is shorter than the `for` of any alert, in milliseconds.
 */
const recoveryMs = 90_000

/** @throws AssertionError if an alert fires before the fault */
export const runFault = async (
  fault: Fault,
  stack: GameStack,
  say: (line: string) => void,
): Promise<FaultReport> => {
  const { resolvesWithin = defaultResolvesWithin } = fault
  await untilQuiet(stack, defaultResolvesWithin)
  say(`${fault.name}: no alert fires, and the fault is injected`)
  const startedAt = Date.now()
  const broken = await fault.inject(stack)
  const report: FaultReport = {
    ...{ fault, pages: [], recovery: [], suppressed: [], resolvedAfter: 0, commands: [], faults: [] },
  }
  const suppressed = new Set<string>()
  const observe = async () => {
    for (const { alert, isSuppressed } of await stack.alertmanager.alerts())
      if (isSuppressed) suppressed.add(alert)
  }
  const observing = setInterval(() => void observe().catch(() => undefined), 500)
  try {
    await untilPaged(fault, stack, startedAt).catch((error: Error) => report.faults.push(error.message))
    say(`${fault.name}: ${report.faults.at(-1) ?? 'the alert has paged'}`)
    await broken.untilVisible?.()
    await sleep(millisecondsOf(watchFor) / stack.divisor)
    await runSection(report, stack, broken, 'Look')
  } finally {
    await broken.mend()
  }
  say(`${fault.name}: the cause is gone`)
  const mendedAt = Date.now()
  await runSection(report, stack, broken, 'Do')
  await untilQuiet(stack, resolvesWithin).catch((error: Error) => report.faults.push(error.message))
  clearInterval(observing)
  report.resolvedAfter = Math.round((Date.now() - mendedAt) / 1000)
  const sinceFault = () => stack.pager.notifications().filter(({ at }) => at >= startedAt)
  // Alertmanager tells the end of an alert at the next interval of its group, every five minutes.
  await eventually(
    () => assert.deepEqual(unresolved(sinceFault()), []),
    millisecondsOf('10m') / stack.divisor + noiseMs,
  ).catch(() => undefined)
  const since = sinceFault()
  report.pages = firstPages(since, startedAt)
  const late = firstPages(
    since.filter(({ at }) => at >= mendedAt && at < mendedAt + recoveryMs),
    startedAt,
  )
  const early = firstPages(
    since.filter(({ at }) => at < mendedAt),
    startedAt,
  )
  report.recovery = namesOf(late).filter((alert) => !namesOf(early).includes(alert) && !isRight(fault, alert))
  report.suppressed = [...suppressed].sort()
  report.faults.push(...wrongPages(report), ...missingSuppressions(report), ...unresolved(since))
  return report
}

const untilPaged = (fault: Fault, stack: GameStack, startedAt: number) =>
  eventually(
    () => {
      const fired = new Set(firing(stack.pager.notifications(), startedAt).map(({ alert }) => alert))
      for (const alert of fault.pages) assert.ok(fired.has(alert), `${alert} has not paged`)
    },
    millisecondsOf(fault.within) / stack.divisor + noiseMs,
  )

const untilQuiet = (stack: GameStack, within: string) =>
  eventually(
    async () => {
      const all = await stack.alertmanager.alerts()
      const alerts = all.filter(({ alert }) => !harmlessAlerts.includes(alert))
      assert.deepEqual(
        alerts.map(({ labels }) => labels),
        [],
        'alerts fire',
      )
    },
    millisecondsOf(within) / stack.divisor + noiseMs,
  )

const runSection = async (
  report: FaultReport,
  stack: GameStack,
  { operatorEnv = {} }: Broken,
  section: RunbookSection,
) => {
  const env = { ...stack.operatorEnv, ...operatorEnv }
  for (const page of pagesOf(report.fault.pages)) {
    const { ran, faults } = await runRunbook(report.fault, stack, { page, section, env })
    report.commands.push(...ran)
    report.faults.push(...faults)
  }
}

/** The runbooks of these alerts, without `.md`. */
export const pagesOf = (alerts: readonly string[]): string[] => {
  const rules = readRules().filter(isAlert)
  const urls = rules
    .filter(({ alert }) => alerts.includes(alert))
    .map(({ annotations }) => annotations.runbook_url)
  return [...new Set(urls.flatMap((url) => /([a-z0-9-]+)\.md$/.exec(url ?? '')?.[1] ?? []))]
}

const firing = (notifications: readonly Notification[], since: number) =>
  notifications.filter(({ status, at }) => status === 'firing' && at >= since)

const firstPages = (since: readonly Notification[], startedAt: number): FaultReport['pages'] => {
  const first = new Map<string, Notification>()
  for (const each of firing(since, startedAt)) {
    const key = `${each.alert} ${each.severity}`
    if (!first.has(key)) first.set(key, each)
  }
  return [...first.values()].map(({ alert, severity, at }) => ({
    ...{ alert, severity },
    seconds: Math.round((at - startedAt) / 1000),
  }))
}

const namesOf = (pages: FaultReport['pages']): string[] => [...new Set(pages.map(({ alert }) => alert))]

const isRight = ({ pages, mayPage = {} }: Fault, alert: string) => pages.includes(alert) || alert in mayPage

const wrongPages = ({ fault, pages, recovery }: FaultReport): string[] =>
  namesOf(pages)
    .filter((alert) => !isRight(fault, alert) && !recovery.includes(alert))
    .map((alert) => `${alert} paged, and is not the right alert`)

const missingSuppressions = ({ fault, suppressed }: FaultReport): string[] =>
  (fault.suppresses ?? [])
    .filter((alert) => !suppressed.includes(alert))
    .map((alert) => `${alert} did not fire behind its cause`)

/** Whoever was paged must be told that it has ended. */
const unresolved = (since: readonly Notification[]): string[] => {
  const last = new Map(since.map((each) => [JSON.stringify(each.labels), each]))
  return [...last.values()]
    .filter(({ status }) => status === 'firing')
    .map(({ alert, labels }) => `${alert} was never resolved: ${JSON.stringify(labels)}`)
}
