import { Argument, Command } from 'commander'
import { run } from './run.ts'

/** `bridge consumer <name>`: runs one worker. */
export const consumerCommand = new Command('consumer')
  .description('run one worker')
  .addArgument(new Argument('<name>', 'which; `bridge consumer list` names them'))
  .action(async (name: string) => {
    const [{ consumers }, { outliveStrayRejections }, { startWorker }, { findWorker }] = await Promise.all([
      import('../consumers/index.ts'),
      import('../consumers/stray-rejections.ts'),
      import('../consumers/worker.ts'),
      import('./find-worker.ts'),
    ])
    if (name === 'list') return consumers.forEach((consumer) => void console.log(`${consumer.name.padEnd(18)} ${consumer.summary}`))
    const consumer = findWorker(name)
    await run(name, (env, logger) => {
      outliveStrayRejections(process, logger)
      return startWorker(consumer, env, logger)
    })
  })
