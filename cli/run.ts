import type { Environment } from '../lib/config.ts'
import { type Running, runUntilStopped } from '../lib/lifecycle.ts'
import { createLogger, type Logger } from '../lib/logger.ts'
import { withLocalStack } from './environment.ts'

/** How long a process may take to stop; the workers' own promise is 10 s. */
const stopLimitMs = 25_000

/** Runs one long-lived process to its end and exits with its code. */
export const run = async (name: string, start: (env: Environment, logger: Logger) => Promise<Running>): Promise<never> => {
  const env = withLocalStack(process.env)
  const logger = createLogger(name, env)
  const running = await start(env, logger)
  const code = await runUntilStopped(running, process, logger, stopLimitMs)
  process.exit(code)
}
