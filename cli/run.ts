import type { Environment } from '../lib/config.ts'
import { type Running, runUntilStopped } from '../lib/lifecycle.ts'
import { createLogger, type Logger } from '../lib/logger.ts'
import { withLocalStack } from './environment.ts'
import { outageMessage } from './output/outage-message.ts'

/** How long a process may take to stop; the workers' own promise is 10 s. */
const stopLimitMs = 25_000

/** Runs one long-lived process to its end and exits with its code. @throws what is not an outage, where it does not start */
export const run = async (
  name: string,
  start: (env: Environment, logger: Logger, told: AbortSignal) => Promise<Running>,
): Promise<never> => {
  const env = withLocalStack(process.env)
  const logger = createLogger(name, env)
  const orExit = (error: unknown): never => {
    const outage = outageMessage(error, env)
    if (outage === undefined) throw error
    logger.error('cannot start', { error: outage })
    return process.exit(1)
  }
  const code = await runUntilStopped(
    (told) => start(env, logger, told).catch(orExit),
    process,
    logger,
    stopLimitMs,
  )
  process.exit(code)
}
