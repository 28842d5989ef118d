import { Command } from 'commander'
import { UsageError } from '../../lib/errors.ts'
import { withLocalStack } from '../environment.ts'
import { exitAfterOutput } from '../output/exit.ts'

const inspect = new Command('inspect')
  .description(
    'list the hooks in the spool, oldest first, and what was set aside; safe while the ingress runs',
  )
  .option('--json', 'one JSON object a line')
  .action(async ({ json }: { json?: true }) => {
    const { inspectSpool } = await import('./inspect.ts')
    for await (const row of inspectSpool(withLocalStack(process.env))) {
      const { place, state, id, source, received_at, event, bytes } = row
      console.log(
        json
          ? JSON.stringify(row)
          : `${received_at ?? '-'}  ${state.padEnd(9)} ${event ?? '-'}  ${source ?? '-'}  ${id ?? '-'}  ${bytes} bytes  ${place}`,
      )
    }
  })

const publish = new Command('publish')
  .description(
    'publish hooks that were set aside, once what was in their way is mended; safe while the ingress runs',
  )
  .argument('[files...]', 'names of files in the folder set-aside')
  .option('--all', 'all of them')
  .option('--json', 'one JSON object a line')
  .action(async (files: string[], { all, json }: { all?: true; json?: true }) => {
    if ((files.length === 0) === (all === undefined))
      throw new UsageError('say which: names of files, or --all')
    const { publishSetAside } = await import('./publish-set-aside.ts')
    let [published, heldBack] = [0, 0]
    for await (const hook of publishSetAside(withLocalStack(process.env), all ? 'all' : files)) {
      const { file, result, topic, detail } = hook
      if (result === 'published') published++
      else heldBack++
      console.log(json ? JSON.stringify(hook) : `${file}  ${result}: ${topic ?? detail}`)
    }
    if (!json) console.log(`${published} published, ${heldBack} held back`)
    await exitAfterOutput()
  })

/** `bridge spool`: what waits on disk, and what was set aside. */
export const spoolCommand = new Command('spool').description(
  'the hooks on disk that wait for the brokers, and those set aside',
)
for (const command of [inspect, publish]) spoolCommand.addCommand(command)
