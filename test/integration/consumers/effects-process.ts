// A worker as a process of its own, for being killed: appends one line for every attempt and one for every effect.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startWorker } from '../../../consumers/worker.ts'
import { runUntilStopped } from '../../../lib/lifecycle.ts'
import { createLogger } from '../../../lib/logger.ts'
import { pushConsumer } from './worker-under-test.ts'

const { EFFECTS_FILE = '', EFFECTS_WORKER = '', EFFECTS_DELAY_MS = '0' } = process.env

const consumer = pushConsumer(EFFECTS_WORKER, async ({ delivery, project_id }) => {
  appendFileSync(EFFECTS_FILE, `attempt ${delivery.id}\n`)
  await sleep(Number(EFFECTS_DELAY_MS))
  if (delivery.id.startsWith('poison')) throw new Error('poison')
  appendFileSync(EFFECTS_FILE, `effect ${delivery.id} ${project_id}\n`)
})

const logger = createLogger(EFFECTS_WORKER, process.env)
process.exit(await runUntilStopped(await startWorker(consumer, process.env, logger), process, logger, 10_000))
