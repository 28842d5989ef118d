import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { exitAfterOutput } from '../output/exit.ts'

/** `bridge lag`: prints the lag of every worker, also of workers that are not running. */
export const lagCommand = new Command('lag')
  .description('print how far each worker is behind, in records and in seconds')
  .option('--all', 'print topics without lag, too')
  .addOption(jsonOption('for all topics'))
  .action(async ({ all, json }: JsonOption & { all?: true }) => {
    const { printLag } = await import('./print-lag.ts')
    const shown = json ? 'json' : all ? 'all' : 'behind'
    await printLag(withLocalStack(process.env), shown, (line) => console.log(line))
    await exitAfterOutput()
  })
