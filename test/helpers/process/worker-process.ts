// A worker as a process of its own, so that tests can kill it.
// It appends one line to a file for every attempt, and
// one for every record that it has handled to the end. start-worker-process.ts starts it.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from '../../../consumers/consumer.ts'
import { surviveUnhandledRejections } from '../../../consumers/runtime/unhandled-rejections.ts'
import { startWorker } from '../../../consumers/runtime/worker.ts'
import { runUntilStopped } from '../../../lib/lifecycle.ts'
import { createLogger } from '../../../lib/logger.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import { pushConsumer } from './push-consumer.ts'

const {
  TEST_WORKER_NAME = '',
  TEST_WORKER_FILE = '',
  /** Event types, separated by commas. */
  TEST_WORKER_EVENTS = 'push',
  /** How long handling a record takes. */
  TEST_WORKER_DELAY_MS = '0',
  TEST_WORKER_SKIPPED_FOR_DAYS,
  /** What goes wrong with some records: one of the names below. */
  TEST_WORKER_FAULT = 'poison',
  /** The beginning of the delivery ids of these records. */
  TEST_WORKER_FAULTY_IDS = `${TEST_WORKER_FAULT}-`,
} = process.env

const faults: Readonly<Record<string, () => unknown>> = {
  poison: () => Promise.reject(new Error('poison')),
  hanging: () => new Promise(() => undefined),
  deadly: () => process.exit(9),
  long: () => sleep(3000),
  careless: () => void Promise.reject(new Error('nobody waits for this')),
}

const harmless = pushConsumer(TEST_WORKER_NAME, async ({ delivery, project_id }) => {
  appendFileSync(TEST_WORKER_FILE, `attempt ${delivery.id}\n`)
  await sleep(Number(TEST_WORKER_DELAY_MS))
  if (delivery.id.startsWith(TEST_WORKER_FAULTY_IDS)) await faults[TEST_WORKER_FAULT]?.()
  appendFileSync(TEST_WORKER_FILE, `effect ${delivery.id} ${project_id}\n`)
})
const consumer = {
  ...harmless,
  events: TEST_WORKER_EVENTS.split(',') as EventType[],
  ...(TEST_WORKER_SKIPPED_FOR_DAYS !== undefined && {
    repeats: { skippedForDays: Number(TEST_WORKER_SKIPPED_FOR_DAYS) },
  }),
} as unknown as Consumer

const logger = createLogger(TEST_WORKER_NAME, process.env)
surviveUnhandledRejections(process, logger)
const start = (stopping: AbortSignal) => startWorker(consumer, process.env, logger, { stopSignal: stopping })
process.exit(await runUntilStopped(start, process, logger, 10_000))
