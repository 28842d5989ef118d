import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { end } from '../output/end.ts'

/** `bridge lag`: how far every worker is behind, also one that does not run. */
export const lagCommand = new Command('lag')
  .description('how far each worker is behind, in records and in seconds')
  .option('--all', 'also topics without lag')
  .option('--json', 'one JSON object a line; all topics')
  .action(async ({ all, json }: { all?: true; json?: true }) => {
    const { printLag } = await import('./print-lag.ts')
    await printLag(withLocalStack(process.env), json ? 'json' : all ? 'all' : 'behind', (line) =>
      console.log(line),
    )
    await end()
  })
