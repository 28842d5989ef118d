import { Command } from 'commander'
import { readEndpoints, withLocalStack } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { wholeNumber } from '../options/whole-number.ts'
import { exitAfterOutput } from '../output/exit.ts'

interface StatusOptions extends JsonOption {
  accounting?: true
  metrics?: string[]
  watch?: number | true
}

/** How often the screen is refreshed, in seconds. */
const defaultSeconds = 5

/** Moves to the upper left corner of a terminal, and clears it and what it could scroll back to. */
const clearScreen = '\u001b[H\u001b[2J\u001b[3J'

/** `bridge status`: one screen about everything, or the accounts. */
export const statusCommand = new Command('status')
  .description(
    'print on one screen how everything is doing: ingress, spool, canary, workers, dead letters, outboxes, ' +
      'last errors, and what to look at next',
  )
  .option(
    '--watch [seconds]',
    `print it again every few seconds, ${defaultSeconds} if no number is given`,
    wholeNumber(1),
  )
  .option(
    '--accounting',
    'compare instead what entered each stage with what left it; exit code 1 if something is missing, ' +
      '2 if something could not be compared',
  )
  .option(
    '--metrics <url...>',
    'addresses of the metrics of running processes; without it, those of the local stack',
  )
  .addOption(jsonOption())
  .action(async ({ json, accounting, metrics, watch }: StatusOptions) => {
    const env = withLocalStack(process.env)
    const form = json ? 'json' : 'text'
    const print = (line: string) => console.log(line)
    const processes = processesOf(metrics, readEndpoints(process.env)?.metrics)
    if (accounting) {
      const { printAccounting } = await import('./accounting/print-accounting.ts')
      const { consumers } = await import('../../consumers/index.ts')
      const workers = consumers.flatMap(({ name, database }) =>
        database?.schema === undefined ? [] : [name],
      )
      process.exitCode = await printAccounting(env, { form, processes, outboxWorkers: workers, print })
    } else {
      const { printStatus, watchStatus } = await import('./print-status.ts')
      const options = { env, form, processes, print } as const
      if (watch === undefined) await printStatus(options)
      else {
        const everySeconds = watch === true ? defaultSeconds : watch
        const clear = process.stdout.isTTY ? clearScreen : ''
        await watchStatus({ ...options, everySeconds, clear })
      }
    }
    await exitAfterOutput()
  })

const processesOf = (
  urls: readonly string[] | undefined,
  local: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> =>
  urls === undefined ? local : Object.fromEntries(urls.map((url) => [url, url]))
