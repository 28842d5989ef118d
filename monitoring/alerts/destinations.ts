import { outboxLimits } from '../../consumers/delivery/outbox/outbox-limits.ts'
import type { Alert } from './alert.ts'
import { ruleSelectors } from './rule-selectors.ts'

const { metric } = ruleSelectors

/** The share of its limit at which an outbox is nearly full. */
const nearlyFull = 0.8

const waiting = metric('outbox_messages', { state: 'waiting' })
const dashboard = 'bridge-destinations'

/** The alerts of the outboxes: what is owed to chats and receivers. */
export const destinationAlerts: readonly Alert[] = [
  {
    name: 'DestinationIsBehind',
    expr: `${metric('outbox_oldest_age_seconds')} > 3600`,
    for: '10m',
    severity: 'warning',
    summary: 'Messages of {{ $labels.process }} to {{ $labels.destination }} wait for more than an hour.',
    description: 'The destination fails or is paused. Other destinations are not affected.',
    runbook: 'destination-is-behind',
    dashboard,
  },
  {
    name: 'DestinationIsNearlyFull',
    expr:
      `max by (process, destination) (${waiting}) > ${outboxLimits.maxMessages * nearlyFull} or ` +
      `max by (process, destination) (${metric('outbox_bytes')}) > ${outboxLimits.maxBytes * nearlyFull}`,
    for: '10m',
    severity: 'warning',
    summary: 'The outbox of {{ $labels.process }} for {{ $labels.destination }} is nearly full.',
    description:
      'Beyond the limit only the places of the records are kept, and what Kafka deletes before its turn ' +
      'cannot be sent.',
    runbook: 'destination-is-nearly-full',
    dashboard,
  },
  {
    name: 'DestinationIsPaused',
    expr: `max by (process, destination) (${metric('outbox_destination_state', {
      state: ['paused', 'restored'],
    })}) == 1`,
    for: '30m',
    severity: 'warning',
    summary: 'Nothing is sent from {{ $labels.process }} to {{ $labels.destination }}: it is paused.',
    description: 'An operator has paused it, or its database was restored from a backup.',
    runbook: 'destination-is-paused',
    dashboard,
  },
  {
    name: 'DestinationRefusesMessages',
    expr: `${metric('outbox_messages', { state: 'dead' })} > 0`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.destination }} has not taken {{ $value }} messages of {{ $labels.process }}.',
    description: 'They are dead letters of this destination, and stay until they are sent again or dropped.',
    runbook: 'destination-refuses-messages',
    dashboard,
  },
]
