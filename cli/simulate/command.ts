import { randomInt } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { Command } from 'commander'
import { readEndpoints } from '../environment.ts'
import { parseTime, timeForms } from '../options/parse-time.ts'
import { wholeNumber } from '../options/whole-number.ts'

interface Options {
  seed?: string
  begin?: string
  rate: number
  count?: number
  target?: string
  print?: true
}

const printed = 100

/** `bridge simulate`: posts the hooks of an invented company. */
export const simulateCommand = new Command('simulate')
  .description(
    'post realistic hooks of an invented company to the local stack: pushes, merge requests with ' +
      'discussions, pipelines, members, renames, transfers; workers do not act on them outside the bridge',
  )
  .option('--rate <n>', 'hooks for each second', wholeNumber(1), 2)
  .option('--count <n>', 'stop after n hooks (default: at Ctrl-C)', wholeNumber(1))
  .option('--seed <text>', 'tell the same story again (default: a new one, whose seed is printed)')
  .option('--begin <time>', `time of the first hook: ${timeForms} (default: now)`)
  .option(
    '--target <url>',
    'the URL of an ingress, up to /hooks (default: the local stack, if its Kafka is embedded)',
  )
  .option('--print', 'send nothing, and print the hooks, 100 unless --count says how many')
  .action(async (options: Options) => {
    const [{ hooksOf, printedHook, simulate, summaryOf }, { simulationTarget }] = await Promise.all([
      import('./simulate.ts'),
      import('./target.ts'),
    ])
    const { seed = String(randomInt(1_000_000)), rate, count } = options
    const now = Date.now()
    const begin = options.begin === undefined ? now : parseTime('--begin', options.begin, now)
    const story = { seed, begin, rate, count }
    if (options.print) {
      for (const hook of hooksOf({ ...story, count: count ?? printed })) {
        console.log(printedHook(hook))
        // Without a pause, a reader that has closed the pipe would not be noticed before the end.
        await setImmediate()
      }
      return
    }
    const target = simulationTarget(options.target, process.env, readEndpoints(process.env))
    const repeat = `--seed ${seed} --begin ${new Date(begin).toISOString()} --rate ${rate}`
    console.log(`Invented hooks go to ${target.url}, ${rate} a second. Ctrl-C stops. Again: ${repeat}`)
    const stopping = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
    const warn = (reason: string) => console.error(`A hook waits: ${reason}`)
    console.log(summaryOf(await simulate(story, target, stopping.signal, warn)))
  })
