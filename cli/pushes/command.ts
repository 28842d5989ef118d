import { Command, Option } from 'commander'
import { withLocalStack } from '../environment.ts'
import { jsonOption } from '../options/json-option.ts'
import { parseTime, timeForms } from '../options/parse-time.ts'
import type { PushesOptions } from './print-pushes.ts'

/** `bridge pushes`: prints who pushed what. It only reads files, so it works while every server is down. */
export const pushesCommand = new Command('pushes')
  .description('print who pushed what, from the files of the worker push-author-log')
  .option('--project <project>', 'only this project: its id, or a path that it has or had')
  .option('--ref <ref>', 'only this branch or tag: main or refs/heads/main')
  .option('--user <user>', 'only this user: the id, the user name or the name')
  .option(
    '--since <time>',
    `only from this time on: ${timeForms}`,
    (text) => new Date(parseTime('--since', text, Date.now())),
  )
  .option('--include-invented', 'also invented pushes, such as those of `bridge send`')
  .addOption(new Option('--last', 'only the last push of each project').conflicts(['heads', 'deletions']))
  .addOption(
    new Option('--heads', 'only the push that made each branch and tag what it is now').conflicts(
      'deletions',
    ),
  )
  .option('--deletions', 'only the pushes that deleted a branch or a tag')
  .option('--folder <folder...>', 'the folders of the log, one for each host that wrote a part of it')
  .addOption(jsonOption('as the files hold it'))
  .action(async (options: PushesOptions) => {
    const { printPushes } = await import('./print-pushes.ts')
    const print = (text: string) => console.log(text)
    await printPushes(options, withLocalStack(process.env), print, (text) => console.error(text))
  })
