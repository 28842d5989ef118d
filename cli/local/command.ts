import { resolve } from 'node:path'
import { Command } from 'commander'
import { listenForStop } from './listen-for-stop.ts'

interface Options {
  reset?: true
  yes?: true
  letWorkersAct?: true
}

/** `bridge local`: runs everything on this machine. `npm start` runs this command. */
export const localCommand = new Command('local')
  .description(
    'run everything on this machine: Kafka, registry, PostgreSQL, ingress, workers and lag exporter',
  )
  .option('--reset', 'ask, then delete all data of the local stack (in BRIDGE_DATA_DIR), and exit')
  .option('--yes', 'with --reset: delete without asking')
  .option(
    '--let-workers-act',
    'let workers act outside of the bridge also on invented events, such as those of `bridge send`',
  )
  .action(async ({ reset, yes, letWorkersAct }: Options) => {
    const dataDir = resolve(process.env.BRIDGE_DATA_DIR || '.bridge')
    if (reset) {
      const { askInTerminal, deleteWithoutAsking, resetLocal } = await import('./reset-local.ts')
      await resetLocal(dataDir, yes ? deleteWithoutAsking : askInTerminal())
      return
    }
    // The processes of the workers get the environment of this one.
    if (letWorkersAct) process.env.BRIDGE_LET_WORKERS_ACT = 'true'
    // The signals come first: loading the code takes a moment, and Ctrl-C must end the stack in order at any
    // time.
    const stopSignal = await listenForStop()
    const { runLocal } = await import('./run-local.ts')
    await runLocal(dataDir, stopSignal)
    // Retries and idle connections would keep the process alive.
    process.exit(0)
  })
