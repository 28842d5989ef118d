import { Command } from 'commander'
import { withLocalStack, withLocalToken } from '../environment.ts'

/** `bridge config`: the effective configuration, secrets redacted, and every fault by the name of its variable. */
export const configCommand = new Command('config')
  .description('print the effective configuration and its faults')
  .option('--json', 'one JSON object a line')
  .action(async ({ json }: { json?: true }) => {
    const { describeConfiguration } = await import('./describe.ts')
    const rows = describeConfiguration(withLocalToken(withLocalStack(process.env)), process.env)
    for (const { section, variable, value, origin, fault } of rows) {
      const note = fault === undefined ? origin : `FAULT: ${fault}`
      console.log(
        json
          ? JSON.stringify({ section, variable, value, origin, fault })
          : `${section.padEnd(16)} ${variable.padEnd(38)} ${value ?? '-'}  (${note})`,
      )
    }
    if (rows.some(({ fault }) => fault !== undefined)) process.exitCode = 1
  })
