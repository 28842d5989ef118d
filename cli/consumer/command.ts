import { Command } from 'commander'
import type { LogFollower } from '../../consumers/log-follower.ts'
import type { From } from '../../consumers/runtime/beginning/decide-beginning.ts'
import { UsageError } from '../../lib/errors.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { timeForms } from '../options/parse-time.ts'
import { parseFrom } from './parse-from.ts'

const list = new Command('list')
  .description('print the names of all workers and what they do')
  .addOption(jsonOption())
  .action(async ({ json }: JsonOption) => {
    const { workers } = await import('../../consumers/workers.ts')
    for (const { name, summary, events, metricsPort } of workers) {
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
    const follower = await followerOf(name)
    if (follower !== undefined) return await runFollower(follower, from)
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

const followerOf = async (name: string): Promise<LogFollower | undefined> => {
  const { logFollowers } = await import('../../consumers/workers.ts')
  return logFollowers.find((follower) => follower.name === name)
}

/** A worker without a consumer group begins where each of its clients says. */
const runFollower = async (follower: LogFollower, from: From | undefined): Promise<never> => {
  const { name } = follower
  if (from !== undefined) throw new UsageError(`--from: ${name} begins where each of its clients asks it to.`)
  const [{ startLogFollower }, { surviveUnhandledRejections }, { inOneSentence }, { run }] =
    await Promise.all([
      import('../../consumers/runtime/start-log-follower.ts'),
      import('../../consumers/runtime/unhandled-rejections.ts'),
      import('./worker-settings.ts'),
      import('../run.ts'),
    ])
  return await run(name, (env, logger) => {
    surviveUnhandledRejections(process, logger)
    return startLogFollower(follower, env, logger)
  }).catch((error: unknown) => {
    throw inOneSentence(name, error)
  })
}
