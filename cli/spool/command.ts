import { Command } from 'commander'
import { UsageError } from '../../lib/errors.ts'
import { withLocalStack } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { wholeNumber } from '../options/whole-number.ts'
import { exitAfterOutput } from '../output/exit.ts'

const inspect = new Command('inspect')
  .description(
    'list the hooks in the spool, oldest first, and what was set aside (safe while the ingress runs)',
  )
  .addOption(jsonOption())
  .action(async ({ json }: JsonOption) => {
    const { inspectSpool } = await import('./inspect.ts')
    const { rowText } = await import('./spool-row.ts')
    for await (const row of inspectSpool(withLocalStack(process.env)))
      console.log(json ? JSON.stringify(row) : rowText(row))
  })

const publish = new Command('publish')
  .description(
    'publish hooks that were set aside, after their cause has been repaired (safe while the ingress runs)',
  )
  .argument('[files...]', 'names of files in the folder `set-aside` of the spool')
  .option('--all', 'publish all files in the folder')
  .addOption(jsonOption())
  .action(async (files: string[], { all, json }: JsonOption & { all?: true }) => {
    const isEither = files.length > 0 !== (all === true)
    if (!isEither) throw new UsageError('name the files to publish, or give --all')
    const { publishSetAside } = await import('./publish-set-aside.ts')
    const counts = { published: 0, held_back: 0 }
    for await (const row of publishSetAside(withLocalStack(process.env), all ? 'all' : files)) {
      const { file, result, topic, detail } = row
      counts[result] += 1
      console.log(json ? JSON.stringify(row) : `${file}  ${result}: ${topic ?? detail}`)
    }
    if (!json) console.log(`${counts.published} published, ${counts.held_back} held back`)
    await exitAfterOutput()
  })

const wait = new Command('wait')
  .description('wait until the spool of the running ingress is empty; exit with 1 if hooks still wait')
  .option('--timeout <seconds>', 'how long it waits', wholeNumber(1), 60)
  .option('--metrics <url>', 'metrics of the ingress (default: on this machine, at METRICS_PORT)')
  .action(async ({ timeout, metrics }: { timeout: number; metrics?: string }) => {
    const { metricsUrlOf, waitUntilEmpty } = await import('./wait-until-empty.ts')
    const { isEmpty, says } = await waitUntilEmpty(metrics ?? metricsUrlOf(process.env), timeout * 1000)
    console.log(says)
    if (!isEmpty) process.exitCode = 1
  })

const drain = new Command('drain')
  .description('publish the hooks in the spool of an ingress that will not run again')
  .option('--timeout <seconds>', 'how long it tries', wholeNumber(1), 3600)
  .action(async ({ timeout }: { timeout: number }) => {
    const { drainUnusedSpool, drainedText, isDone } = await import('./drain.ts')
    const drained = await drainUnusedSpool(withLocalStack(process.env), timeout * 1000)
    console.log(drainedText(drained))
    if (!isDone(drained)) process.exitCode = 1
    await exitAfterOutput()
  })

/** `bridge spool`: the hooks on disk. */
export const spoolCommand = new Command('spool').description(
  'inspect, await and publish the hooks on disk that wait for Kafka, and those that were set aside',
)
for (const command of [inspect, publish, wait, drain]) spoolCommand.addCommand(command)
