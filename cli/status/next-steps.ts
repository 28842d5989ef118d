import type { LagVerdict } from '../lag-meter/verdict.ts'
import { type NextRow, rowsOf, type StatusRow } from './rows.ts'

type Step = Omit<NextRow, 'part'>

/** What to look at next: first what loses hooks, then what stands still, then what is late. */
export const nextSteps = (rows: readonly StatusRow[]): NextRow[] =>
  [
    ...lostSteps(rows),
    ...processSteps(rows),
    ...notKnownSteps(rows),
    ...ingressSteps(rows),
    ...workerSteps(rows),
    ...deadLetterSteps(rows),
    ...outboxSteps(rows),
  ].map((step) => ({ part: 'next', ...step }))

const lostSteps = (rows: readonly StatusRow[]): Step[] => [
  ...rowsOf(rows, 'ingress')
    .filter(({ lost_now }) => lost_now > 0)
    .map(({ process }) => ({
      because: `${process} loses hooks: neither Kafka nor the disk accepts them`,
      command: 'bridge doctor',
      runbook: 'hooks-are-lost',
    })),
  ...rowsOf(rows, 'process')
    .filter(({ unaccounted }) => unaccounted > 0)
    .map(({ process, unaccounted }) => ({
      because: `${unaccounted} records of ${process} are not accounted for`,
      command: 'bridge status --accounting',
      runbook: 'records-are-unaccounted',
    })),
]

const processSteps = (rows: readonly StatusRow[]): Step[] =>
  rowsOf(rows, 'process')
    .filter(({ state }) => state === 'no answer')
    .map(({ process }) => ({
      because: `${process} does not answer`,
      command: 'bridge doctor',
      runbook: 'process-is-down',
    }))

const notKnownSteps = (rows: readonly StatusRow[]): Step[] =>
  rowsOf(rows, 'not_known')
    .filter(({ of }) => of === 'workers')
    .map(({ because }) => ({
      because: `the workers cannot be judged: ${because}`,
      command: 'bridge doctor',
      runbook: 'lag-is-unknown',
    }))

/** A canary that has not been read back for so long is a fault, in seconds. */
const canaryLimit = 60

const ingressSteps = (rows: readonly StatusRow[]): Step[] => [
  ...rowsOf(rows, 'canary')
    .filter(({ age_seconds }) => age_seconds !== null && age_seconds > canaryLimit)
    .map(({ process }) => ({
      because: `the canary of ${process} is not read back`,
      command: 'bridge doctor',
      runbook: 'records-are-not-read-back',
    })),
  ...rowsOf(rows, 'spool').flatMap(({ process, records, set_aside, unavailable_topics }) => [
    ...(unavailable_topics > 0
      ? [
          {
            because: `${unavailable_topics} topics are not available to ${process}`,
            command: 'bridge setup --check',
            runbook: 'topic-is-not-available',
          },
        ]
      : []),
    ...(records > 0 && unavailable_topics === 0
      ? [
          {
            because: `${records} hooks wait on the disk of ${process}`,
            command: 'bridge spool inspect',
            runbook: 'hooks-are-spooled',
          },
        ]
      : []),
    ...(set_aside > 0
      ? [
          {
            because: `${process} has set ${set_aside} hooks aside`,
            command: 'bridge spool inspect',
            runbook: 'hooks-are-set-aside',
          },
        ]
      : []),
  ]),
]

const ofVerdict: Readonly<Record<Exclude<LagVerdict, 'ok'>, { urgency: number } & Omit<Step, 'because'>>> = {
  stalled: { urgency: 0, command: 'bridge lag', runbook: 'worker-is-stalled' },
  stopped: { urgency: 1, command: 'bridge lag', runbook: 'worker-is-stopped' },
  missing: { urgency: 2, command: 'bridge setup --check', runbook: 'offsets-are-missing' },
  behind: { urgency: 3, command: 'bridge lag', runbook: 'worker-is-behind' },
  rewound: { urgency: 4, command: 'bridge lag', runbook: 'worker-is-rewound' },
}

const workerSteps = (rows: readonly StatusRow[]): Step[] => {
  const waiting = rowsOf(rows, 'process').filter(({ status }) => status.startsWith('paused'))
  const judged = rowsOf(rows, 'worker').flatMap(({ worker, verdict }) =>
    verdict === null || verdict === 'ok' ? [] : [{ worker, verdict, ...ofVerdict[verdict] }],
  )
  return [
    ...waiting.map(({ process, status }) => ({
      because: `${process} is ${status}`,
      command: 'bridge doctor',
      runbook: 'worker-waits',
    })),
    ...judged
      // A worker that waits is stalled, too, and says itself why.
      .filter(({ worker }) => !waiting.some(({ process }) => process === worker))
      .sort((one, other) => one.urgency - other.urgency)
      .map(({ worker, verdict, command, runbook }) => ({
        because: verdict === 'missing' ? `records of ${worker} are missing` : `${worker} is ${verdict}`,
        command,
        runbook,
      })),
  ]
}

const deadLetterSteps = (rows: readonly StatusRow[]): Step[] =>
  rowsOf(rows, 'dead_letters').map(({ worker, count }) => ({
    because: `${worker} could not handle ${count} records`,
    command: `bridge dead-letters show ${worker}`,
    runbook: 'dead-letters-rise',
  }))

const outboxSteps = (rows: readonly StatusRow[]): Step[] =>
  rowsOf(rows, 'outbox').flatMap(({ worker, destination, state, dead, age_seconds }) => {
    const command = `bridge outbox show ${worker} ${destination}`
    const place = `${destination} of ${worker}`
    if (dead > 0)
      return [
        { because: `${place} has ${dead} dead letters`, command, runbook: 'destination-refuses-messages' },
      ]
    if (state === 'paused' || state === 'restored')
      return [{ because: `${place} is ${state}`, command, runbook: 'destination-is-paused' }]
    if (state === 'failing' || age_seconds > 3600)
      return [{ because: `${place} does not take messages`, command, runbook: 'destination-is-behind' }]
    return []
  })
