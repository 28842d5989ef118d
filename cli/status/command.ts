import { Command } from 'commander'
import { readEndpoints, withLocalStack } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { exitAfterOutput } from '../output/exit.ts'

interface StatusOptions extends JsonOption {
  accounting?: true
  metrics?: string[]
}

/** `bridge status`: prints one line for each worker. */
export const statusCommand = new Command('status')
  .description('print how each worker is doing, one line for each')
  .option(
    '--accounting',
    'compare instead what entered each stage with what left it; exit code 1 if something is missing',
  )
  .option(
    '--metrics <url...>',
    'addresses of the metrics of running processes; without it, those of the local stack',
  )
  .addOption(jsonOption())
  .action(async ({ json, accounting, metrics }: StatusOptions) => {
    const env = withLocalStack(process.env)
    const form = json ? 'json' : 'text'
    const print = (line: string) => console.log(line)
    if (accounting) {
      const { printAccounting } = await import('./accounting/print-accounting.ts')
      const { consumers } = await import('../../consumers/index.ts')
      const processes = processesOf(metrics, readEndpoints(process.env)?.metrics)
      const workers = consumers.flatMap(({ name, database }) =>
        database?.schema === undefined ? [] : [name],
      )
      const isComplete = await printAccounting(env, { form, processes, outboxWorkers: workers, print })
      process.exitCode = isComplete ? 0 : 1
    } else {
      const { printStatus } = await import('./print-status.ts')
      await printStatus(env, form, print)
    }
    await exitAfterOutput()
  })

const processesOf = (
  urls: readonly string[] | undefined,
  local: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> =>
  urls === undefined ? local : Object.fromEntries(urls.map((url) => [url, url]))
