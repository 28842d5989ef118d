import { Argument, Command } from 'commander'
import { run } from '../run.ts'

const list = new Command('list')
  .description('name the workers there are')
  .option('--json', 'one JSON object a line')
  .action(async ({ json }: { json?: true }) => {
    const { consumers } = await import('../../consumers/index.ts')
    for (const { name, summary, events, metricsPort } of consumers)
      console.log(
        json
          ? JSON.stringify({ name, summary, events, metrics_port: metricsPort })
          : `${name.padEnd(18)} ${summary}`,
      )
  })

/** `bridge consumer <name>`: runs one worker. */
export const consumerCommand = new Command('consumer')
  .description('run one worker')
  .addArgument(new Argument('<name>', 'which; `bridge consumer list` names them'))
  .addCommand(list)
  .action(async (name: string) => {
    const [{ surviveUnhandledRejections }, { startWorker }, { findWorker }] = await Promise.all([
      import('../../consumers/runtime/unhandled-rejections.ts'),
      import('../../consumers/runtime/worker.ts'),
      import('../workers/find-worker.ts'),
    ])
    const consumer = findWorker(name)
    await run(name, (env, logger, told) => {
      surviveUnhandledRejections(process, logger)
      return startWorker(consumer, env, logger, told)
    })
  })
