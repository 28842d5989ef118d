import winston from 'winston'
import { z } from 'zod'
import { type Environment, readVariables } from './config.ts'

export const loggerVariables = z.object({
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info').describe('How much is logged.'),
  LOG_FORMAT: z
    .enum(['json', 'text'])
    .default('json')
    .describe('json: one object a line, for machines. text: for people.'),
})

/** What every part of a process logs through. Fields are plain values; never a secret, never a body. */
export type Logger = Pick<winston.Logger, 'error' | 'warn' | 'info' | 'debug'>

const text = winston.format.printf(
  ({ level, message, timestamp: _timestamp, process: _process, ...fields }) => {
    const details = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`)
    return [level.padEnd(5), message, ...details].join(' ')
  },
)

/** A logger on standard output whose lines name the process they come from. */
export const createLogger = (processName: string, env: Environment): Logger => {
  const { LOG_LEVEL, LOG_FORMAT } = readVariables(loggerVariables, env)
  const shape = LOG_FORMAT === 'json' ? winston.format.json() : text
  const logger = winston.createLogger({
    level: LOG_LEVEL,
    defaultMeta: { process: processName },
    format: winston.format.combine(winston.format.timestamp(), shape),
    transports: [new winston.transports.Console({ forceConsole: true })],
  })
  // winston formats a line before it asks whether anybody wants it: with every hook that costs.
  if (!logger.isDebugEnabled()) logger.debug = () => logger
  return logger
}

/** What commands give to the parts they use: only errors, as text, on standard error, since standard output is theirs. */
export const quietLogger = (): Logger =>
  winston.createLogger({
    level: 'error',
    format: text,
    transports: [new winston.transports.Console({ stderrLevels: ['error'], forceConsole: true })],
  })
