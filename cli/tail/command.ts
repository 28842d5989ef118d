import { Command, InvalidArgumentError } from 'commander'
import { withLocalStack } from '../environment.ts'
import { end } from '../output/end.ts'
import type { TailOptions } from './tail.ts'

/** A whole number of 1 or more, as an option's value. */
const count = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('must be a whole number of 1 or more')
  return Number(text)
}

/** `bridge tail [event…]`: decoded records as they arrive. */
export const tailCommand = new Command('tail')
  .description('print decoded records as they arrive')
  .argument('[events...]', 'event types, e.g. push merge_request unknown quarantine; none: all')
  .option('--from-beginning', 'begin with the oldest record')
  .option('--count <n>', 'end after n records', count)
  .option('--timeout <seconds>', 'end after so many seconds without a record', count)
  .option('--json', 'one JSON object a line')
  .action(async (events: string[], options: TailOptions) => {
    const { tail } = await import('./tail.ts')
    await tail(events, options, withLocalStack(process.env), (text) => process.stdout.write(`${text}\n`))
    await end()
  })
