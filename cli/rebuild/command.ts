import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { exitAfterOutput } from '../output/exit.ts'

/** `bridge rebuild <worker>`: lets a worker make again what it makes of its events. */
export const rebuildCommand = new Command('rebuild')
  .description(
    'set a stopped worker back to its first event, so that it makes everything again; ' +
      'what it made is deleted, unless the worker only adds what is missing',
  )
  .argument('<worker>', 'name of the worker')
  .option(
    '--from-gitlab',
    "make anew, from GitLab's API alone, what the worker keeps of each GitLab with a token",
  )
  .action(async (worker: string, { fromGitlab }: { fromGitlab?: true }) => {
    if (fromGitlab) {
      const { rebuildFromGitlab } = await import('./rebuild-from-gitlab.ts')
      for (const line of await rebuildFromGitlab(worker, withLocalStack(process.env))) console.log(line)
      return await exitAfterOutput()
    }
    const { rebuild } = await import('./rebuild.ts')
    const partitions = await rebuild(worker, withLocalStack(process.env))
    console.log(`${worker} is set back to the first event in ${partitions} partitions. Start the worker now.`)
    await exitAfterOutput()
  })
