import type { AlertGroup } from './alert.ts'
import { ruleSelectors } from './rule-selectors.ts'

const { metric } = ruleSelectors

/** Every stage counts what enters and what leaves. A difference that stays is a loss, or a fault of ours. */
export const accountingAlerts: AlertGroup = {
  name: 'accounting',
  about: 'Hooks, records and messages that entered a stage and never left it.',
  recordings: [],
  alerts: [
    {
      name: 'RecordsUnaccounted',
      expr: `${metric('unaccounted_records')} != 0`,
      for: '5m',
      keepFiringFor: '1h',
      severity: 'critical',
      summary: '{{ $value }} records of stage {{ $labels.stage }} of {{ $labels.process }} are missing.',
      description: 'They entered the stage and neither left it nor are there. They may be lost.',
      runbook: 'records-are-unaccounted',
      dashboard: 'bridge-lost',
    },
  ],
}
