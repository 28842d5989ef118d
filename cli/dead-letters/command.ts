import { Command, InvalidArgumentError } from 'commander'
import { withLocalStack } from '../environment.ts'
import { end } from '../output/end.ts'

const number = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number')
  return Number(text)
}

/** The dead letters meant; several conditions must all hold. */
const selecting = (command: Command): Command =>
  command
    .argument('<worker>')
    .argument('[keys...]', 'dead letters by key: topic/partition/offset')
    .option('--event <event>', 'of this event type')
    .option('--project <id>', 'of this project')
    .option('--fingerprint <fingerprint>', 'with this error, as `list` shows it; its first letters do')
    .option('--since <time>', 'put aside at or after: a date, an ISO 8601 time, or 30m, 12h, 7d ago')
    .option('--until <time>', 'put aside before')
    .option('--json', 'one JSON object a line')

const list = new Command('list')
  .description('dead letters by worker and error: how many, since when')
  .argument('[worker]', 'none: all')
  .option('--json', 'one JSON object a line')
  .action(async (worker: string | undefined, { json }: { json?: true }) => {
    const { listDeadLetters } = await import('./list-dead-letters.ts')
    for (const group of await listDeadLetters(worker, withLocalStack(process.env))) {
      const { fingerprint, count, first, last, events, error, message } = group
      console.log(
        json
          ? JSON.stringify(group)
          : `${group.worker}  ${fingerprint}  ${count}x  ${first} to ${last}  ${events.join(',')}\n    ${error}: ${message}`,
      )
    }
    await end()
  })

const show = selecting(
  new Command('show').description('dead letters in full: where from, why, and the record'),
).action(async (worker: string, keys: string[], options: DeadLetterOptions) => {
  const { showDeadLetters } = await import('./show-dead-letters.ts')
  for await (const letter of showDeadLetters(worker, { ...options, keys }, withLocalStack(process.env)))
    console.log(JSON.stringify(letter, null, options.json ? undefined : 2))
  await end()
})

const redrive = selecting(
  new Command('redrive').description('give dead letters back to their worker, and to no other'),
)
  .option('--all', 'all of them')
  .option('--dry-run', 'say what would happen, by the code as it is now')
  .option('--per-second <n>', 'how many at most', number, 100)
  .option('--max-redrives <n>', 'leave alone what came back so often', number, 3)
  .option('--reason <text>', 'kept with the record of this operation')
  .action(async (worker: string, keys: string[], options: RedriveOptions) => {
    const { redriveDeadLetters } = await import('./redrive.ts')
    await report(redriveDeadLetters(worker, { ...options, keys }, withLocalStack(process.env)), options)
  })

const discard = selecting(new Command('discard').description('give dead letters up for good'))
  .option('--all', 'all of them')
  .option('--dry-run', 'say what would be given up')
  .option('--reason <text>', 'kept with the record of this operation')
  .action(async (worker: string, keys: string[], options: RedriveOptions) => {
    const { discardDeadLetters } = await import('./discard.ts')
    await report(discardDeadLetters(worker, { ...options, keys }, withLocalStack(process.env)), options)
  })

const report = async (
  results: AsyncIterable<{ dead_letter: string; result: string; detail?: string }>,
  { json }: { json?: true },
) => {
  const counts = new Map<string, number>()
  for await (const line of results) {
    counts.set(line.result, (counts.get(line.result) ?? 0) + 1)
    console.log(
      json
        ? JSON.stringify(line)
        : `${line.dead_letter}  ${line.result}${line.detail === undefined ? '' : `: ${line.detail}`}`,
    )
  }
  if (!json)
    console.log(
      [...counts].map(([result, count]) => `${count} ${result}`).join(', ') ||
        'no dead letter is meant by this',
    )
  await end()
}

/** `bridge dead-letters`: what workers put aside, and what becomes of it. */
export const deadLettersCommand = new Command('dead-letters').description(
  'look at, take back or give up what workers put aside',
)
for (const command of [list, show, redrive, discard]) deadLettersCommand.addCommand(command)

export interface DeadLetterOptions {
  event?: string
  project?: string
  fingerprint?: string
  since?: string
  until?: string
  json?: true
}

export interface RedriveOptions extends DeadLetterOptions {
  all?: true
  dryRun?: true
  perSecond?: number
  maxRedrives?: number
  reason?: string
}
