import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['worker'] as const satisfies readonly ProcessKind[]
const destination = 'destinations'
const settledOutcomes = ['message', 'digest', 'merged', 'edited', 'dead_lettered', 'unknown_target'] as const

/** What a worker with an outbox measures about its destinations. Other workers export none of these. */
export const outboxCatalogue = {
  outbox_queued_total: {
    type: 'counter',
    help: 'Messages that were added to the outbox of a destination: one for each event that it is told.',
    unit: 'messages',
    processes,
    labels: { destination },
  },
  outbox_left_out_total: {
    type: 'counter',
    help: 'Messages that were not added, because the outbox had them already or nothing had changed.',
    unit: 'messages',
    processes,
    labels: { destination },
  },
  outbox_settled_total: {
    type: 'counter',
    help: 'Messages that left the outbox, by how: each counts once, also within a digest.',
    unit: 'messages',
    processes,
    labels: { destination, outcome: settledOutcomes },
  },
  outbox_attempts_total: {
    type: 'counter',
    help: 'Requests to a destination, by result. `retry` and `refused` are failures of the destination.',
    unit: 'attempts',
    processes,
    labels: { destination, result: ['sent', 'retry', 'refused', 'unknown_target'] },
  },
  outbox_repeats_total: {
    type: 'counter',
    help: 'Messages that may have arrived twice, because an earlier sender ended during the call.',
    unit: 'messages',
    processes,
    labels: { destination },
  },
  outbox_messages: {
    type: 'gauge',
    help: 'Messages in the outbox of a destination: those that wait, and dead letters.',
    unit: 'messages',
    processes,
    labels: { destination, state: ['waiting', 'dead'] },
  },
  outbox_bytes: {
    type: 'gauge',
    help: 'Size of the messages that wait in the outbox of a destination, without dead letters.',
    unit: 'bytes',
    processes,
    labels: { destination },
  },
  outbox_oldest_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest message that waits for a destination; 0 if none waits.',
    unit: 'seconds',
    processes,
    labels: { destination },
  },
  outbox_destination_state: {
    type: 'gauge',
    help: '1 for the state of a destination, 0 for the others.',
    unit: 'state',
    processes,
    labels: { destination, state: ['active', 'failing', 'paused', 'restored'] },
  },
} as const satisfies MetricCatalogue
