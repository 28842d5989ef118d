import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { timeForms } from '../options/parse-time.ts'
import { exitAfterOutput } from '../output/exit.ts'

const list = new Command('list')
  .description('print the committed offset of each worker in every partition')
  .argument('[worker]', 'name of a worker (default: all workers)')
  .addOption(jsonOption())
  .action(async (worker: string | undefined, { json }: JsonOption) => {
    const { listOffsets, offsetText } = await import('./list-offsets.ts')
    for await (const row of listOffsets(worker, withLocalStack(process.env)))
      console.log(json ? JSON.stringify(row) : offsetText(row))
  })

interface SetOptions {
  to: string
  topic?: string
  partition?: string
  json?: true
}

const set = new Command('set')
  .description('set the offsets of a stopped worker, so that it continues from another place')
  .argument('<worker>', 'name of the worker')
  .requiredOption('--to <place>', `beginning, end, an offset (4711), ${timeForms}`)
  .option('--topic <topic>', 'only this topic (default: all topics that the worker reads)')
  .option('--partition <n>', 'only this partition of the topic (default: all partitions)')
  .addOption(jsonOption())
  .action(async (worker: string, { json, ...options }: SetOptions) => {
    const { changeText, setOffsets } = await import('./set-offsets.ts')
    for (const change of await setOffsets(worker, options, withLocalStack(process.env)))
      console.log(json ? JSON.stringify(change) : changeText(change))
    await exitAfterOutput()
  })

/** `bridge offsets`: shows and sets the committed offsets of workers. */
export const offsetsCommand = new Command('offsets')
  .description('show and set the committed offsets of workers')
  .addCommand(list)
  .addCommand(set)
