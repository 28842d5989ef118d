import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { end } from '../output/end.ts'

const list = new Command('list')
  .description('where each worker goes on, partition by partition')
  .argument('[worker]', 'none: all')
  .option('--json', 'one JSON object a line')
  .action(async (worker: string | undefined, { json }: { json?: true }) => {
    const { listOffsets } = await import('./list-offsets.ts')
    for await (const row of listOffsets(worker, withLocalStack(process.env))) {
      const { group, topic, partition, committed, low, high } = row
      console.log(
        json
          ? JSON.stringify(row)
          : `${group}  ${topic}/${partition}  at ${committed ?? 'nothing committed'} of ${low} to ${high}`,
      )
    }
  })

const set = new Command('set')
  .description('make a stopped worker go on somewhere else')
  .argument('<worker>')
  .requiredOption(
    '--to <place>',
    'beginning, end, an offset, or a time: 2026-05-01, ISO 8601, or 30m, 12h, 7d ago',
  )
  .option('--topic <topic>', 'only this one; none: all the worker reads')
  .option('--partition <n>', 'only this one of the topic')
  .option('--json', 'one JSON object a line')
  .action(
    async (worker: string, options: { to: string; topic?: string; partition?: string; json?: true }) => {
      const { setOffsets } = await import('./set-offsets.ts')
      for (const change of await setOffsets(worker, options, withLocalStack(process.env))) {
        const { topic, partition, from, to } = change
        console.log(
          options.json
            ? JSON.stringify(change)
            : `${topic}/${partition}  ${from ?? 'nothing committed'} -> ${to}`,
        )
      }
      await end()
    },
  )

/** `bridge offsets`: where workers go on. */
export const offsetsCommand = new Command('offsets')
  .description('show and set where workers go on')
  .addCommand(list)
  .addCommand(set)
