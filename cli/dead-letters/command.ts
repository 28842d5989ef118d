import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { timeForms } from '../options/parse-time.ts'
import { wholeNumber } from '../options/whole-number.ts'
import { exitAfterOutput } from '../output/exit.ts'
import type { RedriveOptions, Selection, SelectionOptions, SettleOptions } from './options.ts'
import { printResults, reportNoMatch } from './print-results.ts'

const list = new Command('list')
  .description(
    'print how many dead letters each worker has, grouped by error, with the first and the last time',
  )
  .argument('[worker]', 'name of a worker (default: all workers)')
  .addOption(jsonOption())
  .action(async (worker: string | undefined, { json }: JsonOption) => {
    const { groupText, listDeadLetters } = await import('./list-dead-letters.ts')
    const { reportMissingTopics } = await import('../require-topics.ts')
    const { groups, missing } = await listDeadLetters(worker, withLocalStack(process.env))
    for (const group of groups) console.log(json ? JSON.stringify(group) : groupText(group))
    reportMissingTopics(missing)
    await exitAfterOutput()
  })

const withSelection = (command: Command): Command =>
  command
    .argument('<worker>', 'name of the worker')
    .argument('[keys...]', 'keys of dead letters, as topic/partition/offset')
    .option('--event <event>', 'only this event type')
    .option('--project <id>', 'only this project')
    .option(
      '--fingerprint <fingerprint>',
      'only this error: the first characters of a fingerprint that `list` prints',
    )
    .option('--since <time>', `only from this time on: ${timeForms}`)
    .option('--until <time>', 'only before this time, in the same forms')
    .addOption(jsonOption())

const withSettleOptions = (command: Command): Command =>
  withSelection(command)
    .option('--all', 'all dead letters of the worker')
    .option('--dry-run', 'print what would happen, and change nothing')
    .option('--reason <text>', 'the reason, stored with the record of this operation')

const show = withSelection(
  new Command('show').description('print dead letters in full: the origin, the error and the decoded record'),
).action(async (worker: string, keys: string[], { json, ...options }: SelectionOptions & JsonOption) => {
  const { showDeadLetters } = await import('./show-dead-letters.ts')
  let shown = 0
  for await (const letter of showDeadLetters(worker, { ...options, keys }, withLocalStack(process.env))) {
    console.log(JSON.stringify(letter, null, json ? undefined : 2))
    shown += 1
  }
  if (shown === 0) reportNoMatch()
  await exitAfterOutput()
})

const redrive = withSettleOptions(
  new Command('redrive').description('send dead letters back to their worker, and settle them'),
)
  .option('--per-second <n>', 'redrive at most n dead letters per second', wholeNumber(1), 100)
  .option('--max-redrives <n>', 'leave dead letters that were redriven n times already', wholeNumber(0), 3)
  .action(
    async (
      worker: string,
      keys: string[],
      { json, ...options }: Omit<Selection, 'keys'> & RedriveOptions & JsonOption,
    ) => {
      const { redriveDeadLetters } = await import('./redrive.ts')
      await printResults(redriveDeadLetters(worker, { ...options, keys }, withLocalStack(process.env)), json)
      await exitAfterOutput()
    },
  )

const discard = withSettleOptions(
  new Command('discard').description(
    'settle dead letters without handling them: they cannot be redriven later',
  ),
).action(
  async (
    worker: string,
    keys: string[],
    { json, ...options }: Omit<Selection, 'keys'> & SettleOptions & JsonOption,
  ) => {
    const { discardDeadLetters } = await import('./discard.ts')
    await printResults(discardDeadLetters(worker, { ...options, keys }, withLocalStack(process.env)), json)
    await exitAfterOutput()
  },
)

/** `bridge dead-letters`: shows and settles the records that workers could not handle. */
export const deadLettersCommand = new Command('dead-letters').description(
  'show, redrive or discard the records that a worker could not handle',
)
for (const command of [list, show, redrive, discard]) deadLettersCommand.addCommand(command)
