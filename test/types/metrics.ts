import type { LagVerdict } from '../../cli/lag-meter/verdict.ts'
import type { HandledOutcome } from '../../consumers/consumer.ts'
import type { CircuitState } from '../../consumers/runtime/batch/breaker.ts'
import type { OutcomeKind, Rejection } from '../../ingress/outcome.ts'
import type { ValueOfLabel } from '../../lib/metrics/catalogue.ts'
import type { MetricCatalogue } from '../../lib/metrics/declaration.ts'
import type { Metrics } from '../../lib/metrics/metrics.ts'

// Only `tsc --noEmit` checks this file. Exactly the lines below a @ts-expect-error must be errors.

declare const metrics: Metrics

const hooks = metrics.counter('ingress_hooks_total')
hooks.inc({ outcome: 'published' })
hooks.inc({ outcome: 'published' }, 2)
// @ts-expect-error a label value that the catalogue does not declare
hooks.inc({ outcome: 'lost' })
// @ts-expect-error a label that the catalogue does not declare
hooks.inc({ outcome: 'published', project: '12' })
// @ts-expect-error the label is missing
hooks.inc()

// @ts-expect-error a metric that the catalogue does not declare
metrics.counter('ingress_hoooks_total')
// @ts-expect-error a metric of another type
metrics.gauge('ingress_hooks_total')

metrics.gauge('ingress_connected').set(1)
// @ts-expect-error a metric without labels
metrics.gauge('ingress_connected').set({ place: 'here' }, 1)

const records = metrics.counter('ingress_records_total', { events: ['push', 'job'] })
records.inc({ event: 'push' })
// @ts-expect-error a value that is not in the set that the process passed
records.inc({ event: 'telepathy' })
// @ts-expect-error the process must pass the set of events
metrics.counter('ingress_records_total')
// @ts-expect-error a set that this metric does not have
metrics.counter('ingress_records_total', { topics: [] })

void ({
  // @ts-expect-error a histogram needs its buckets
  seconds: { type: 'histogram', help: 'Seconds.', unit: 'seconds', processes: ['ingress'] },
} satisfies MetricCatalogue)

// The closed sets of the catalogue are those that the code uses, with no value more or less.
type IsSame<A, B> = [A, B] extends [B, A] ? true : false
void (true satisfies IsSame<ValueOfLabel<'ingress_hooks_total', 'outcome'>, OutcomeKind>)
void (true satisfies IsSame<ValueOfLabel<'ingress_rejections_total', 'reason'>, Rejection>)
void (true satisfies IsSame<ValueOfLabel<'consumer_handled_total', 'outcome'>, HandledOutcome>)
void (true satisfies IsSame<ValueOfLabel<'consumer_circuit_state', 'state'>, CircuitState>)
void (true satisfies IsSame<ValueOfLabel<'consumer_lag_verdict', 'verdict'>, LagVerdict>)
// @ts-expect-error two sets that differ are noticed
void (true satisfies IsSame<ValueOfLabel<'consumer_lag_verdict', 'verdict'>, Rejection>)
