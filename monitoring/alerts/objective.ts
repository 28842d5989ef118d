import { metricPrefix } from '../../lib/metrics/catalogue.ts'
import type { Alert, AlertGroup, Severity } from './alert.ts'
import { ruleSelectors } from './rule-selectors.ts'

const { metric, histogram } = ruleSelectors

/** The part of the hooks that may fail: the objective is that 99.9 % are answered 2xx in under 5 s. */
const errorBudget = 0.001

const kept = ['published', 'unknown', 'quarantined', 'spooled'] as const
const acceptable = metric('ingress_hooks_total', { outcome: [...kept, 'unavailable'] })

const recordOf = (window: string): string =>
  `job:${metricPrefix}ingress_hooks_total:failure_ratio_rate${window}`

/**
 * Hooks that failed because of us, as a share of all that we should have kept: those that were not kept, and
 * those whose answer took 5 s. A sender that is slow itself takes that long too and does not count.
 */
const failureRatio = (window: string): string => {
  const rate = (selector: string) => `sum by (job) (rate(${selector}[${window}]))`
  const slow = [
    rate(histogram('ingress_duration_seconds_count')),
    rate(histogram('ingress_duration_seconds_bucket', { le: '5' })),
    rate(metric('ingress_hooks_total', { outcome: ['too_slow', 'aborted'] })),
  ].join(' - ')
  const lost = rate(metric('ingress_hooks_total', { outcome: 'unavailable' }))
  return `(${lost} + clamp_min(${slow}, 0)) / ${rate(acceptable)}`
}

/**
 * The windows are those of the SRE workbook (https://sre.google/workbook/alerting-on-slos/). The short window
 * ends the alert soon after the cause has ended. `minHooks` is the least number of hooks in the long window:
 * one failure of three hooks says nothing about a rate.
 */
interface BurnRate {
  name: string
  severity: Severity
  factor: number
  long: string
  short: string
  minHooks: number
  inWords: string
}

const burnRates: readonly BurnRate[] = [
  {
    ...{ name: 'HooksFailFast', severity: 'critical', factor: 14.4, long: '1h', short: '5m', minHooks: 100 },
    inWords: 'At this rate, 2 % of the failures that a month allows are used in one hour.',
  },
  {
    ...{ name: 'HooksFail', severity: 'critical', factor: 6, long: '6h', short: '30m', minHooks: 300 },
    inWords: 'At this rate, 5 % of the failures that a month allows are used in six hours.',
  },
  {
    ...{ name: 'HooksFailSlowly', severity: 'warning', factor: 1, long: '3d', short: '6h', minHooks: 1000 },
    inWords: 'At this rate, all failures that a month allows are used within the month.',
  },
]

const alertOf = ({ name, severity, factor, long, short, minHooks, inWords }: BurnRate): Alert => ({
  name,
  expr:
    `${recordOf(long)} > ${factor} * ${errorBudget}\n` +
    `and ${recordOf(short)} > ${factor} * ${errorBudget}\n` +
    `and sum by (job) (increase(${acceptable}[${long}])) >= ${minHooks}`,
  // Later than HooksAreLost, its cause where hooks are lost. Slow answers lose no hook.
  for: '5m',
  severity,
  summary: `{{ $value | humanizePercentage }} of the hooks of the last ${long} failed or took more than 5 s.`,
  description: inWords,
  runbook: 'objective-is-missed',
  dashboard: 'bridge-ingress',
})

const windows = [...new Set(burnRates.flatMap(({ long, short }) => [short, long]))]

/** 99.9 % of the hooks are answered 2xx in under 5 s. While nobody pushes, the canary is the traffic. */
export const objectiveAlerts: AlertGroup = {
  name: 'objective',
  about: 'The objective: 99.9 % of the hooks are answered 2xx in under 5 s.',
  recordings: windows.map((window) => ({ record: recordOf(window), expr: failureRatio(window) })),
  alerts: burnRates.map(alertOf),
}
