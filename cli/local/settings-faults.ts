import { execFile } from 'node:child_process'
import type { Environment } from '../../lib/config.ts'
import type { ConfigFault } from '../../lib/errors.ts'
import { nodeFlags } from '../../local/process/node-options.ts'
import { hasTokens } from '../../local/process/process-environment.ts'

/**
 * Faults in the settings that would stop setup, the ingress, or every worker. They are known before anything
 * is downloaded or started.
 *
 * `bridge config` finds them in a process of its own. In this process, the code that it loads would take
 * memory for as long as the local stack runs.
 *
 * @param entry path of cli/bridge.ts
 * @param workers names of all workers; a fault in the variables of one worker, or in those of GitLab's API,
 * stops only the workers that read them and is left out
 */
export const settingsFaults = async (
  env: Environment,
  entry: string,
  workers: readonly string[],
): Promise<ConfigFault[]> => {
  const printed = await runConfigCommand(entry, withStackSettings(env))
  const faults = new Map<string, ConfigFault>()
  const leftOut = [...workers, gitlabSection]
  for (const line of printed.split('\n').filter((text) => text !== '')) {
    const { section, variable, fault } = JSON.parse(line) as Row
    if (fault !== undefined && !leftOut.includes(section)) faults.set(variable, { variable, problem: fault })
  }
  return [...faults.values()]
}

/** The section of the variables that several workers share. */
const gitlabSection = 'gitlab api'

/** A line that `bridge config --json` prints. */
interface Row {
  section: string
  variable: string
  fault?: string
}

/** @returns an empty text if a signal ended the command: Ctrl-C in the terminal reaches it, too */
const runConfigCommand = (entry: string, env: Environment): Promise<string> =>
  new Promise((resolve) => {
    const args = [...nodeFlags, entry, 'config', 'all', '--json']
    execFile(process.execPath, args, { env: env as NodeJS.ProcessEnv }, (error, printed) =>
      resolve(error?.signal ? '' : printed),
    )
  })

/**
 * With values for the settings that the local stack supplies itself, so that they do not count as missing.
 */
const withStackSettings = (env: Environment): Environment => ({
  ...env,
  KAFKA_BROKERS: env.KAFKA_BROKERS || '127.0.0.1:9092',
  SCHEMA_REGISTRY_URL: env.SCHEMA_REGISTRY_URL || 'http://127.0.0.1:8081',
  ...(hasTokens(env) ? {} : { INGRESS_SECRET_TOKENS: 'generated' }),
})
