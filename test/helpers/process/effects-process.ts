// A worker as a process of its own, for being killed: appends one line for every attempt and one for every effect.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from '../../../consumers/consumer.ts'
import { surviveUnhandledRejections } from '../../../consumers/runtime/unhandled-rejections.ts'
import { startWorker } from '../../../consumers/runtime/worker.ts'
import { runUntilStopped } from '../../../lib/lifecycle.ts'
import { createLogger } from '../../../lib/logger.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import { pushConsumer } from './worker-under-test.ts'

const {
  EFFECTS_FILE = '',
  EFFECTS_WORKER = '',
  EFFECTS_EVENTS = 'push',
  EFFECTS_DELAY_MS = '0',
  EFFECTS_SKIPPED_FOR_DAYS,
} = process.env
const { EFFECTS_FATE = 'poison' } = process.env

/** What handling does beside its effect where the delivery's id begins with the word that is this process's fate. */
const fates: Readonly<Record<string, () => unknown>> = {
  poison: () => Promise.reject(new Error('poison')),
  hanging: () => new Promise(() => undefined),
  deadly: () => process.exit(9),
  long: () => sleep(3000),
  careless: () => void Promise.reject(new Error('nobody waits for this')),
}

const always = pushConsumer(EFFECTS_WORKER, async ({ delivery, project_id }) => {
  appendFileSync(EFFECTS_FILE, `attempt ${delivery.id}\n`)
  await sleep(Number(EFFECTS_DELAY_MS))
  if (delivery.id.startsWith(`${EFFECTS_FATE}-`)) await fates[EFFECTS_FATE]?.()
  appendFileSync(EFFECTS_FILE, `effect ${delivery.id} ${project_id}\n`)
})
const consumer = {
  ...always,
  events: EFFECTS_EVENTS.split(',') as EventType[],
  ...(EFFECTS_SKIPPED_FOR_DAYS !== undefined && {
    repeats: { skippedForDays: Number(EFFECTS_SKIPPED_FOR_DAYS) },
  }),
} as unknown as Consumer

const logger = createLogger(EFFECTS_WORKER, process.env)
surviveUnhandledRejections(process, logger)
process.exit(
  await runUntilStopped((told) => startWorker(consumer, process.env, logger, told), process, logger, 10_000),
)
