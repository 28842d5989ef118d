import { Command } from 'commander'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { run } from '../run.ts'

const list = new Command('list')
  .description('print the names of all workers and what they do')
  .addOption(jsonOption())
  .action(async ({ json }: JsonOption) => {
    const { consumers } = await import('../../consumers/index.ts')
    for (const { name, summary, events, metricsPort } of consumers) {
      const row = { name, summary, events, metrics_port: metricsPort }
      console.log(json ? JSON.stringify(row) : `${name.padEnd(18)} ${summary}`)
    }
  })

/** `bridge consumer <name>`: runs one worker. */
export const consumerCommand = new Command('consumer')
  .description('run one worker: read records from Kafka and handle them')
  .argument('<name>', 'name of the worker; `bridge consumer list` prints all names')
  .addCommand(list)
  .action(async (name: string) => {
    const [
      { surviveUnhandledRejections },
      { startWorker },
      { findWorker },
      { inOneSentence, warnOfSharedRole },
    ] = await Promise.all([
      import('../../consumers/runtime/unhandled-rejections.ts'),
      import('../../consumers/runtime/worker.ts'),
      import('../workers/find-worker.ts'),
      import('./worker-settings.ts'),
    ])
    const consumer = findWorker(name)
    await run(name, (env, logger, stopping) => {
      surviveUnhandledRejections(process, logger)
      warnOfSharedRole(consumer, env, logger)
      return startWorker(consumer, env, logger, stopping)
    }).catch((error: unknown) => {
      throw inOneSentence(name, error)
    })
  })
