import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { inhibitions } from '../../../monitoring/alerts/inhibitions.ts'
import { isAlert, readRules } from '../../../monitoring/read-rules.ts'
import { renderAlertmanager } from '../../../monitoring/render/render-alertmanager.ts'
import { millisecondsOf } from '../../gameday/rules/divide-durations.ts'

const alerts = readRules().filter(isAlert)

/** After how long the expression of a cause becomes true. Where nothing stands here, it does at once. */
const noticedAfter: Readonly<Record<string, string>> = {
  KafkaIsUnwritable: '2m',
  LagIsUnknown: '2m',
  // Ten hooks, where all of 200 in an hour are lost.
  HooksAreLost: '3m',
  // LAG_STALL_SECONDS
  WorkerIsStalled: '2m',
  // CONSUMER_SESSION_SECONDS, and the next measurement
  WorkerIsStopped: '1m',
}
/** Prometheus evaluates rules once a minute, and each group at another second. */
const evaluation = '1m'

/** Effects that may page before their cause, and why the receiver is still told that they have ended. */
const mayPageFirst: Readonly<Record<string, string>> = {
  'IngressIsDown ProcessRestarts': 'the effect lasts for 40 minutes after the last restart',
  'ProcessIsDown ProcessRestarts': 'the effect lasts for 40 minutes after the last restart',
  'LagIsUnknown WorkerIsStalled': 'a verdict does not change while the lag is unknown',
  'LagIsUnknown WorkerIsStopped': 'a verdict does not change while the lag is unknown',
  'HooksFailFast HooksFail': 'the short window of the effect is longer, so that it ends later',
  'DeadLettersAreOld DeadLettersAreOpen': 'an old dead letter is open, so that both end together',
  'DestinationIsPaused DestinationIsBehind': 'messages must be older than an hour, and wait until the end',
}

interface Route {
  group_wait: string
  routes: { matchers: string[]; group_wait?: string }[]
}
const { route } = parse(renderAlertmanager(inhibitions)) as { route: Route }

/** How long Alertmanager waits for further alerts before it sends the first one. */
const groupWait = (severity: string): number => {
  const own = route.routes.find(({ matchers }) => matchers.includes(`severity = "${severity}"`))
  return millisecondsOf(own?.group_wait ?? route.group_wait)
}

const named = (name: string) => alerts.filter(({ alert }) => alert === name)

const firesAtTheLatest = (cause: string): number =>
  Math.max(...named(cause).map((rule) => millisecondsOf(rule.for ?? '0s'))) +
  millisecondsOf(noticedAfter[cause] ?? '0s') +
  millisecondsOf(evaluation)

const pagesAtTheEarliest = (effect: string): number =>
  Math.min(
    ...named(effect).map(
      ({ labels, ...rule }) => millisecondsOf(rule.for ?? '0s') + groupWait(labels.severity),
    ),
  )

const pairs = inhibitions.flatMap(({ causes, effects }) =>
  causes.flatMap((cause) => effects.map((effect) => [cause, effect] as const)),
)

test('a cause fires before its effect pages, because a suppressed alert ends without a word', () => {
  const early = pairs.filter(([cause, effect]) => pagesAtTheEarliest(effect) < firesAtTheLatest(cause))
  assert.deepEqual(early.map((pair) => pair.join(' ')).toSorted(), Object.keys(mayPageFirst).toSorted())
})

/** Warnings that may silence an alert that wakes somebody, and why. */
const mayBeWarning: Readonly<Record<string, string>> = {
  LagIsUnknown: 'the verdicts are old',
  ClockIsWrong: 'the canary is only as old as the clock is wrong',
}

test('a warning does not silence an alert that wakes somebody', () => {
  const quiet = inhibitions.flatMap(({ causes, severity, effects }) =>
    causes.filter((cause) => {
      const isWarning = named(cause).some(({ labels }) => (severity ?? labels.severity) !== 'critical')
      const wakes = effects.some((effect) =>
        named(effect).some(({ labels }) => labels.severity === 'critical'),
      )
      return isWarning && wakes
    }),
  )
  assert.deepEqual([...new Set(quiet)].toSorted(), Object.keys(mayBeWarning).toSorted())
})
