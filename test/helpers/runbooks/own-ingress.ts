import type { Environment } from '../../../lib/config.ts'
import type { NodeProcess } from '../process/node-process.ts'
import { type Answer, post } from '../records/hooks.ts'
import type { ReadyProcess, Stack } from '../servers/stack.ts'
import type { Watched } from './page-case.ts'

/** An ingress with a data folder of its own, so that a case leaves nothing behind for the next one. */
export interface OwnIngress {
  /** The variables of an operator on its machine. */
  env: Environment
  /** The process that runs now. */
  now(): ReadyProcess
  watched(): Watched
  post(body: Buffer | string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Ends the process, and starts it again with the same data. @param env takes precedence */
  startAgain(env?: Environment): Promise<void>
}

/** One partition for each topic keeps the servers quick. */
export const onePartition = { KAFKA_TOPIC_PARTITIONS: '1' }

/** @param overrides take precedence over the stack's settings */
export const startOwnIngress = async (stack: Stack, overrides: Environment = {}): Promise<OwnIngress> => {
  const dataDir = await stack.temporaryFolder()
  const env = { ...stack.env, ...onePartition, BRIDGE_DATA_DIR: dataDir, ...overrides }
  let ingress = await stack.startReady(['ingress'], env)
  return {
    env,
    now: () => ingress,
    watched: () => watch(ingress),
    post: (body, headers) => post(ingress.hookUrl, body, headers),
    startAgain: async (changed) => {
      await ingress.stop(10_000)
      ingress = await stack.startReady(['ingress'], { ...env, ...changed })
    },
  }
}

export const watch = ({
  metricsUrl,
  lines,
}: Pick<ReadyProcess, 'metricsUrl'> & Pick<NodeProcess, 'lines'>): Watched => ({
  metricsUrl,
  log: () => lines.join('\n'),
})
