import { Command } from 'commander'
import { withLocalStack, withLocalToken } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'

/**
 * `bridge config`: prints every variable with its effective value and its faults. Secrets are not printed.
 */
export const configCommand = new Command('config')
  .description(
    'print every variable with its value and its faults, but no secrets; exit with 1 if there is a fault',
  )
  .addOption(jsonOption())
  .action(async ({ json }: JsonOption) => {
    const { describeConfiguration, rowText } = await import('./describe.ts')
    const rows = describeConfiguration(withLocalToken(withLocalStack(process.env)), process.env)
    for (const row of rows) console.log(json ? JSON.stringify(row) : rowText(row))
    if (rows.some(({ fault }) => fault !== undefined)) process.exitCode = 1
  })
