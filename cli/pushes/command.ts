import { Command, InvalidArgumentError } from 'commander'
import { withLocalStack } from '../environment.ts'

/** `2026-05-01`, a full ISO 8601 time, or `30m`, `12h`, `7d` back from now. */
const since = (text: string): Date => {
  const ago = /^(\d+)([mhd])$/.exec(text)
  const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }[ago?.[2] ?? '']
  const date =
    ago !== null && unitMs !== undefined ? new Date(Date.now() - Number(ago[1]) * unitMs) : new Date(text)
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('must be a date, an ISO 8601 time, or a time ago such as 30m, 12h, 7d')
  return date
}

/** `bridge pushes`: who pushed, from the daily files alone; works with everything else down. */
export const pushesCommand = new Command('pushes')
  .description('who pushed what, read from the push log')
  .option('--project <project>', 'id or path')
  .option('--user <user>', 'id, user name or name')
  .option('--since <time>', 'a date, an ISO 8601 time, or 30m, 12h, 7d ago', since)
  .option('--json', 'one JSON object a line, as the log holds it')
  .action(async (options: { project?: string; user?: string; since?: Date; json?: true }) => {
    const { printPushes } = await import('./print-pushes.ts')
    await printPushes(options, withLocalStack(process.env), (text) => console.log(text))
  })
