import { execFile } from 'node:child_process'
import type { Environment } from '../../lib/config.ts'
import type { ConfigFault } from '../../lib/errors.ts'
import { nodeFlags } from '../../local/process/node-options.ts'
import { hasTokens } from '../../local/process/process-environment.ts'

/**
 * What setup, the ingress, or all workers alike would refuse: `bridge config` says it before anything is
 * downloaded or started. A process of its own, since what it loads would stay in the memory of this one for
 * as long as the stack runs.
 *
 * @param entry path of cli/bridge.ts
 * @param workers what is wrong with the variables of one of them keeps only that one from running
 */
export const settingsFaults = async (
  env: Environment,
  entry: string,
  workers: readonly string[],
): Promise<ConfigFault[]> => {
  const rows = await new Promise<string>((resolve) => {
    const options = { env: withStandIns(env) as NodeJS.ProcessEnv }
    execFile(process.execPath, [...nodeFlags, entry, 'config', '--json'], options, (error, printed) =>
      resolve(error?.signal ? '' : printed),
    ) // Ctrl-C ends it, too
  })
  const faults = new Map<string, ConfigFault>()
  for (const line of rows.split('\n').filter((text) => text !== '')) {
    const { section, variable, fault } = JSON.parse(line) as {
      section: string
      variable: string
      fault?: string
    }
    if (fault !== undefined && !workers.includes(section)) faults.set(variable, { variable, problem: fault })
  }
  return [...faults.values()]
}

/** What the stack brings itself is no fault. */
const withStandIns = (env: Environment): Environment => ({
  ...env,
  KAFKA_BROKERS: env.KAFKA_BROKERS || '127.0.0.1:9092',
  SCHEMA_REGISTRY_URL: env.SCHEMA_REGISTRY_URL || 'http://127.0.0.1:8081',
  ...(hasTokens(env) ? {} : { INGRESS_SECRET_TOKENS: 'generated' }),
})
