import type { Environment } from '../lib/config.ts'
import { type Running, runUntilStopped } from '../lib/lifecycle.ts'
import { createLogger, type Logger } from '../lib/logger.ts'
import { withLocalStack } from './environment.ts'
import { outageMessage } from './output/outage-message.ts'

/** How long a process may take to stop, in milliseconds. Workers promise to stop within 10 s. */
const stopLimitMs = 25_000

/**
 * Runs one server process until it is stopped, then exits with its exit code.
 *
 * @param start resolves when the process has started; its signal aborts when the process should stop
 * @param stopLimit how long the process may take to stop, in milliseconds
 * @throws whatever keeps the process from starting, unless it is an outage: that is logged, and the process
 * exits with 1
 */
export const run = async (
  name: string,
  start: (env: Environment, logger: Logger, stopping: AbortSignal) => Promise<Running>,
  stopLimit: (env: Environment) => number = () => stopLimitMs,
): Promise<never> => {
  const env = withLocalStack(process.env)
  const logger = createLogger(name, env)
  const exitOnOutage = (error: unknown): never => {
    const outage = outageMessage(error, env)
    if (outage === undefined) throw error
    logger.error('the process cannot start', { error: outage })
    return process.exit(1)
  }
  const code = await runUntilStopped(
    (stopping) => start(env, logger, stopping).catch(exitOnOutage),
    process,
    logger,
    stopLimit(env),
  )
  process.exit(code)
}
