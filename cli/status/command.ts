import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { exitAfterOutput } from '../output/exit.ts'

/** `bridge status`: prints one line for each worker. */
export const statusCommand = new Command('status')
  .description('print how each worker is doing, one line for each')
  .addOption(jsonOption())
  .action(async ({ json }: JsonOption) => {
    const { printStatus } = await import('./print-status.ts')
    await printStatus(withLocalStack(process.env), json ? 'json' : 'text', (line) => console.log(line))
    await exitAfterOutput()
  })
