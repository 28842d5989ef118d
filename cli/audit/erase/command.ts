import { Command } from 'commander'
import { withLocalStack } from '../../environment.ts'
import { jsonOption } from '../../options/json-option.ts'
import { exitAfterOutput } from '../../output/exit.ts'
import type { EraseOptions } from './erase.ts'

/** `bridge audit erase`: erases a person, and says what became of the data in every store. */
export const eraseCommand = new Command('erase')
  .description('erase a person from the audit log, and say for every store of the bridge what became of it')
  .requiredOption('--user <user...>', 'user names and ids of the person in GitLab')
  .option('--email <address...>', 'e-mail addresses of the person')
  .option('--name <name...>', 'full names of the person')
  .option('--instance <url>', 'only in events of this GitLab instance')
  .requiredOption('--reason <text>', 'why, for example the number of the request; it stays in the log')
  .option('--dry-run', 'only count what would be erased')
  .addOption(jsonOption())
  .action(async (options: EraseOptions) => {
    const { erase } = await import('./erase.ts')
    process.exitCode = await erase(options, withLocalStack(process.env), (line) => console.log(line))
    await exitAfterOutput()
  })

/** `bridge audit reapply-erasures`: takes out again what a restored backup has brought back. */
export const reapplyErasuresCommand = new Command('reapply-erasures')
  .description('erase again, in rows that a restored backup has brought back, everybody who was erased')
  .action(async () => {
    const { reapply } = await import('./reapply.ts')
    console.log((await reapply(withLocalStack(process.env))) ?? 'Nobody was erased, as far as is known here.')
    await exitAfterOutput()
  })
