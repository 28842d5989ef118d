import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { exitAfterOutput } from '../output/exit.ts'

/** `bridge rebuild <worker>`: deletes what a worker made and sets it back to the first event. */
export const rebuildCommand = new Command('rebuild')
  .description(
    'delete what a stopped worker made and set it back to the first event, so that it makes everything again',
  )
  .argument('<worker>', 'name of the worker')
  .action(async (worker: string) => {
    const { rebuild } = await import('./rebuild.ts')
    const partitions = await rebuild(worker, withLocalStack(process.env))
    console.log(`${worker} is set back to the first event in ${partitions} partitions. Start the worker now.`)
    await exitAfterOutput()
  })
