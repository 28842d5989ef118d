import type { RecordOf } from '../../schemas/catalogue.ts'
import { defineConsumer } from '../consumer.ts'
import { loadPersonalData } from '../personal-data/load-personal-data.ts'
import { pushEvents, pushLinesOf } from './push-line.ts'
import { pushAuthorLogVariables } from './settings.ts'

/**
 * Writes who pushed what into plain daily files, which can be read while everything else is down. Several
 * hooks that report the same push are one line. A hook that tells more about a push and comes later adds a
 * line, which replaces the first one for everyone who reads the log.
 */
export const pushAuthorLog = defineConsumer({
  name: 'push-author-log',
  summary: 'Writes who pushed what, one line for each ref, into daily files that need no other system.',
  events: pushEvents,
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'internal',
  personalData: loadPersonalData(async () => (await import('./erase/personal-data.ts')).pushPersonalData),
  metricsPort: 9466,
  variables: pushAuthorLogVariables,
  dryRun: (record) =>
    pushLinesOf(record).map((line) => ({ would: 'write', to: `${dayOf(record)}.ndjson`, content: line })),
  // A line that the files have is not written again.
  rebuildOnlyAdds: true,
  create: async (...given) => (await import('./create-handler.ts')).createHandler(...given),
})

const dayOf = ({ delivery }: RecordOf<(typeof pushEvents)[number]>): string =>
  new Date(delivery.received_at).toISOString().slice(0, 10)
