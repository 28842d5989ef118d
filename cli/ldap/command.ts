import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { jsonOption } from '../options/json-option.ts'
import { wholeNumber } from '../options/whole-number.ts'
import { exitAfterOutput } from '../output/exit.ts'
import type { OperatorAction, RaiseOptions } from './actions.ts'

type ActionsModule = typeof import('./actions.ts')

/** Loads what the action needs only when it runs. */
const act = async (choose: (actions: ActionsModule) => OperatorAction): Promise<void> => {
  const [{ withOperator }, actions] = await Promise.all([
    import('./with-operator.ts'),
    import('./actions.ts'),
  ])
  const print = (line: string) => console.log(line)
  process.exitCode = await withOperator(withLocalStack(process.env), (context) =>
    choose(actions)(context, print),
  )
  await exitAfterOutput()
}

const diffCommand = new Command('diff')
  .description('print as LDIF what a reconciliation would change, and write nothing')
  .action(() => act(({ printDiff }) => printDiff))

const reconcileCommand = new Command('reconcile')
  .description('compare the directory with GitLab, and change it within the limits')
  .option('--dry-run', 'print the LDIF and write nothing')
  .action(({ dryRun }: { dryRun?: boolean }) =>
    act(({ printDiff, runReconcile }) => (dryRun ? printDiff : runReconcile)),
  )

const holdsCommand = new Command('holds')
  .description('list what waits for a person; with a number, every change of that hold')
  .argument('[hold]', 'the number of a hold', wholeNumber(1))
  .option('--ldif', 'print the changes of the hold as LDIF')
  .addOption(jsonOption('one object for each hold'))
  .action((hold: number | undefined, options: { ldif?: boolean; json?: boolean }) =>
    act(({ printHolds }) => printHolds(hold, options)),
  )

const approveCommand = new Command('approve')
  .description('make the changes of a hold, exactly as they were shown')
  .argument('<hold>', 'the number of the hold', wholeNumber(1))
  .argument('<digest>', 'the digest that bridge ldap holds shows beside the list')
  .action((hold: number, digest: string) => act(({ runApprove }) => runApprove(hold, digest)))

const raiseCommand = new Command('raise')
  .description('raise the limits for some time; they cannot be switched off')
  .option('--removals <number>', 'how many removals a day may have, also of one group', wholeNumber(1))
  .option('--additions <number>', 'how many additions a day may have', wholeNumber(1))
  .requiredOption('--for <time>', 'how long, such as 30m or 2h, at most 7d')
  .action((options: RaiseOptions) => act(({ runRaise }) => runRaise(options)))

const undoCommand = new Command('undo')
  .description('take back everything that a run has changed, within the limits')
  .argument('<run>', 'the number of the run, from bridge ldap status', wholeNumber(1))
  .option('--dry-run', 'print the LDIF and write nothing')
  .action((run: number, options: { dryRun?: boolean }) => act(({ runUndo }) => runUndo(run, options)))

const unbindCommand = new Command('unbind')
  .description('forget the entry of a user, so that the next comparison looks for it again')
  .argument('<username>', 'the name of the user in GitLab')
  .option('--instance <url>', 'the GitLab of the user, where several have a user with this name')
  .action((username: string, options: { instance?: string }) =>
    act(({ runUnbind }) => runUnbind(username, options)),
  )

const statusCommand = new Command('status')
  .description('print mode, limits, groups, people without an entry, holds and runs')
  .addOption(jsonOption('one object'))
  .action((options: { json?: boolean }) => act(({ printStatus }) => printStatus(options)))

/** `bridge ldap`: shows and approves what the worker ldap-sync does. */
export const ldapCommand = new Command('ldap')
  .description('compare LDAP groups with GitLab, approve what is held, undo a run')
  .addCommand(diffCommand)
  .addCommand(reconcileCommand)
  .addCommand(holdsCommand)
  .addCommand(approveCommand)
  .addCommand(raiseCommand)
  .addCommand(undoCommand)
  .addCommand(unbindCommand)
  .addCommand(statusCommand)
