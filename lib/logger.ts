import winston from 'winston'
import { z } from 'zod'
import { type Environment, readVariables } from './config.ts'

export const loggerVariables = z.object({
  LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('The lowest level that is logged.'),
  LOG_FORMAT: z
    .enum(['json', 'text'])
    .default('json')
    .describe('json: one object per line, for machines. text: for people.'),
  LOG_DELIVERIES: z
    .enum(['all', 'problems'])
    .optional()
    .describe(
      'all: one line for each hook, and for each message that a worker has handled. problems: only for ' +
        'those that were not published or not processed at once. Unset: problems, or all if LOG_FORMAT is ' +
        'text.',
    ),
})

/**
 * The log of a process. A message is one sentence; details are fields with plain values, never secrets or
 * bodies.
 */
export type Logger = Pick<winston.Logger, 'error' | 'warn' | 'info' | 'debug'>

/** Of which hooks and messages there is a line in the log. */
export type LogDeliveries = 'all' | 'problems'

/** @throws ConfigError */
export const readLogDeliveries = (env: Environment): LogDeliveries => {
  const { LOG_DELIVERIES, LOG_FORMAT } = readVariables(loggerVariables, env)
  return LOG_DELIVERIES ?? (LOG_FORMAT === 'text' ? 'all' : 'problems')
}

const text = winston.format.printf(
  ({ level, message, timestamp: _timestamp, process: _process, ...fields }) => {
    const details = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`)
    return [level.padEnd(5), message, ...details].join(' ')
  },
)

/** Logs to standard output. Each line names the process. */
export const createLogger = (processName: string, env: Environment): Logger => {
  const { LOG_LEVEL, LOG_FORMAT } = readVariables(loggerVariables, env)
  const shape = LOG_FORMAT === 'json' ? winston.format.json() : text
  const logger = winston.createLogger({
    level: LOG_LEVEL,
    defaultMeta: { process: processName },
    format: winston.format.combine(winston.format.timestamp(), shape),
    transports: [new winston.transports.Console({ forceConsole: true })],
  })
  // winston formats a line before it checks the level, which would cost CPU time with every hook.
  if (!logger.isDebugEnabled()) logger.debug = () => logger
  return logger
}

/**
 * The logger of commands: logs only errors, as text, to standard error. Standard output is for their results.
 */
export const quietLogger = (): Logger =>
  winston.createLogger({
    level: 'error',
    format: text,
    transports: [new winston.transports.Console({ stderrLevels: ['error'], forceConsole: true })],
  })
