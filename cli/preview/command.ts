import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'

interface Options extends JsonOption {
  event?: string
}

/** `bridge preview <worker> <payload>`: what a worker would do with a hook. It needs nothing that runs. */
export const previewCommand = new Command('preview')
  .description(
    'print what a worker would do with a hook, and why; nothing is sent, and nothing must be running',
  )
  .argument('<worker>', 'name of the worker; `bridge consumer list` prints all names')
  .argument(
    '<payload>',
    'a file with the body, or a bundled sample such as push; the headers are beside it in a .headers file',
  )
  .option('--event <event>', 'the header X-Gitlab-Event, such as "Push Hook" (default: as the body says)')
  .addOption(jsonOption())
  .action(async (worker: string, payload: string, { event, json }: Options) => {
    const { preview, previewText } = await import('./preview.ts')
    const previewed = await preview(worker, payload, event, withLocalStack(process.env))
    if (json) for (const effect of previewed.effects) console.log(JSON.stringify(effect))
    else console.log(previewText(previewed))
    if (previewed.failure === undefined) return
    console.error(previewed.failure)
    process.exitCode = 1
  })
