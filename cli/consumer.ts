import { Argument, Command } from 'commander'
import { UsageError } from '../lib/errors.ts'
import { run } from './run.ts'

/** `bridge consumer <name>`: runs one worker. */
export const consumerCommand = new Command('consumer')
  .description('run one worker')
  .addArgument(new Argument('<name>', 'which; `bridge consumer list` names them'))
  .action(async (name: string) => {
    const [{ consumers }, { startWorker }] = await Promise.all([import('../consumers/index.ts'), import('../consumers/worker.ts')])
    if (name === 'list') return consumers.forEach((consumer) => void console.log(`${consumer.name.padEnd(18)} ${consumer.summary}`))
    const consumer = consumers.find((candidate) => candidate.name === name)
    if (consumer === undefined)
      throw new UsageError(`there is no worker ${name}; there are ${consumers.map((each) => each.name).join(', ')}`)
    await run(name, (env, logger) => startWorker(consumer, env, logger))
  })
