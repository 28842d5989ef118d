import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { jsonOption } from '../options/json-option.ts'
import { parseTimeoutMs } from '../options/parse-time.ts'
import { wholeNumber } from '../options/whole-number.ts'
import { exitAfterOutput } from '../output/exit.ts'

interface Options {
  fromBeginning?: true
  count?: number
  /** Milliseconds. */
  timeout?: number
  json?: true
}

/** `bridge tail [event…]`: prints decoded records as they arrive. */
export const tailCommand = new Command('tail')
  .description('print decoded records as they arrive')
  .argument('[events...]', 'event types, such as: push merge_request unknown quarantine (default: all)')
  .option(
    '--from-beginning',
    'start with the oldest record in Kafka (default: start with the next new record)',
  )
  .option('--count <n>', 'stop after n records (default: no limit)', wholeNumber(1))
  .option(
    '--timeout <seconds>',
    'stop when no record has arrived for this long: seconds, or a duration such as 15m (default: no limit)',
    (text) => parseTimeoutMs('--timeout', text),
  )
  .addOption(jsonOption())
  .action(async (events: string[], { timeout: idleTimeoutMs, ...options }: Options) => {
    const { tail } = await import('./tail.ts')
    const print = (text: string) => console.log(text)
    await tail(events, { ...options, idleTimeoutMs }, withLocalStack(process.env), print)
    await exitAfterOutput()
  })
