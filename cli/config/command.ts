import { readFileSync } from 'node:fs'
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
  .argument(
    '[process]',
    'only the variables of one process, such as ingress or audit-log; all: of every process. ' +
      'Default: in a container, those of its process, otherwise all',
  )
  .addOption(jsonOption())
  .action(async (given: string | undefined, { json }: JsonOption) => {
    const [{ describeConfiguration, rowText }, { processOfCommandLine }] = await Promise.all([
      import('./describe.ts'),
      import('./process-sections.ts'),
    ])
    const ofContainer = given === undefined ? processOfCommandLine(firstCommandLine()) : undefined
    const only = given === 'all' ? undefined : (given ?? ofContainer)
    const rows = describeConfiguration(withLocalToken(withLocalStack(process.env)), process.env, only)
    if (ofContainer !== undefined && !json)
      console.log(`The variables of ${ofContainer}. \`bridge config all\` prints those of every process.`)
    for (const row of rows) console.log(json ? JSON.stringify(row) : rowText(row))
    if (rows.some(({ fault }) => fault !== undefined)) process.exitCode = 1
  })

/** The command of the first process of this machine or container. Empty where it cannot be read. */
const firstCommandLine = (): string => {
  try {
    return readFileSync('/proc/1/cmdline', 'utf8')
  } catch {
    return ''
  }
}
