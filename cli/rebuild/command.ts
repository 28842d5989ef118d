import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { end } from '../output/end.ts'

/** `bridge rebuild <worker>`: everything it made is made again, from the first event on. */
export const rebuildCommand = new Command('rebuild')
  .description('let a stopped worker make everything again, from the first event on')
  .argument('<worker>')
  .action(async (worker: string) => {
    const { rebuild } = await import('./rebuild.ts')
    const partitions = await rebuild(worker, withLocalStack(process.env))
    console.log(`${worker} begins anew in ${partitions} partitions: start it`)
    await end()
  })
