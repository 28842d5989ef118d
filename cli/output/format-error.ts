import type { Environment } from '../../lib/config.ts'
import { ConfigError, messageOf, UsageError } from '../../lib/errors.ts'
import { readEndpoints, withLocalStack } from '../environment.ts'
import { outageMessage } from './outage-message.ts'

/**
 * What a failed command prints on standard error: a sentence for the operator. Only an unexpected error is
 * followed by its stack trace.
 *
 * @returns the arguments for `console.error`
 */
export const formatError = (error: unknown, env: Environment): [string, ...unknown[]] => {
  if (error instanceof ConfigError) {
    const text = configErrorText(error, env).replaceAll(/^/gm, '  ')
    return [`The configuration cannot be used:\n${text}`]
  }
  if (error instanceof UsageError) return [error.message]
  const outage = outageMessage(error, withLocalStack(env))
  return outage === undefined ? [messageOf(error), error] : [outage]
}

const configErrorText = ({ faults, message }: ConfigError, env: Environment): string => {
  const isServerMissing = faults.some(
    ({ variable, problem }) =>
      /^(KAFKA_BROKERS|SCHEMA_REGISTRY_URL)$/.test(variable) && problem === 'is not set',
  )
  if (!isServerMissing || readEndpoints(env) !== undefined) return message
  const folder = env.BRIDGE_DATA_DIR || '.bridge'
  return `${message}\nNo local stack runs in ${folder} either. Set the variable, or start one with npm start.`
}
