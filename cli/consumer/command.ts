import { Command } from 'commander'
import type { From } from '../../consumers/runtime/beginning/decide-beginning.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { timeForms } from '../options/parse-time.ts'
import { parseFrom } from './parse-from.ts'

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

interface Options {
  from?: From
  letWorkersAct?: true
}

/** `bridge consumer <name>`: runs one worker. */
export const consumerCommand = new Command('consumer')
  .description('run one worker: read records from Kafka and handle them')
  .argument('<name>', 'name of the worker; `bridge consumer list` prints all names')
  .option(
    '--from <place>',
    'where the worker begins at its first start, or after the brokers have deleted its offsets: ' +
      `oldest, now, ${timeForms} (default: what the worker itself says). Later starts ignore it`,
    (text) => parseFrom(text, Date.now()),
  )
  .option(
    '--let-workers-act',
    'act outside of the bridge also on invented events, such as those of `bridge send`',
  )
  .addCommand(list)
  .action(async (name: string, { from, letWorkersAct }: Options) => {
    const [
      { surviveUnhandledRejections },
      { startWorker },
      { findWorker },
      { gitlabWorkers },
      { inOneSentence, warnOfSharedRole },
      { run },
    ] = await Promise.all([
      import('../../consumers/runtime/unhandled-rejections.ts'),
      import('../../consumers/runtime/worker.ts'),
      import('../workers/find-worker.ts'),
      import('../workers/gitlab-workers.ts'),
      import('./worker-settings.ts'),
      import('../run.ts'),
    ])
    if (letWorkersAct) process.env.BRIDGE_LET_WORKERS_ACT = 'true'
    const consumer = findWorker(name)
    await run(name, (env, logger, stopping) => {
      surviveUnhandledRejections(process, logger)
      warnOfSharedRole(consumer, env, logger)
      return startWorker(consumer, env, logger, { stopSignal: stopping, from, gitlabWorkers })
    }).catch((error: unknown) => {
      throw inOneSentence(name, error)
    })
  })
