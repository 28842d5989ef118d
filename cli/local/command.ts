import { resolve } from 'node:path'
import { Command } from 'commander'
import { listenForStop } from './listen-for-stop.ts'

interface Options {
  reset?: true
  yes?: true
}

/** `bridge local`: runs everything on this machine. `npm start` runs this command. */
export const localCommand = new Command('local')
  .description(
    'run everything on this machine: Kafka, registry, PostgreSQL, ingress, workers and lag exporter',
  )
  .option('--reset', 'ask, then delete all data of the local stack (in BRIDGE_DATA_DIR), and exit')
  .option('--yes', 'with --reset: delete without asking')
  .action(async ({ reset, yes }: Options) => {
    const dataDir = resolve(process.env.BRIDGE_DATA_DIR || '.bridge')
    if (reset) {
      const { askInTerminal, deleteWithoutAsking, resetLocal } = await import('./reset-local.ts')
      await resetLocal(dataDir, yes ? deleteWithoutAsking : askInTerminal())
      return
    }
    // The signals come first: loading the code takes a moment, and Ctrl-C must end the stack in order at any
    // time.
    const stopSignal = await listenForStop()
    const { runLocal } = await import('./run-local.ts')
    await runLocal(dataDir, stopSignal)
    // Retries and idle connections would keep the process alive.
    process.exit(0)
  })
