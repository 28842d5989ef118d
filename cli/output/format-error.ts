import type { Environment } from '../../lib/config.ts'
import { ConfigError, messageOf, UsageError } from '../../lib/errors.ts'
import { readEndpoints, withLocalStack } from '../environment.ts'
import { outageMessage } from './outage-message.ts'

/** What a command that failed prints on standard error: sentences for the operator, and a stack only where nobody expected it. */
export const formatError = (error: unknown, env: Environment): [string, ...unknown[]] => {
  if (error instanceof ConfigError)
    return [`The configuration cannot be used:\n${sayFaults(error, env).replaceAll(/^/gm, '  ')}`]
  if (error instanceof UsageError) return [error.message]
  const outage = outageMessage(error, withLocalStack(env))
  return outage === undefined ? [messageOf(error), error] : [outage]
}

const sayFaults = ({ faults, message }: ConfigError, env: Environment): string => {
  const isLost = faults.some(
    ({ variable, problem }) =>
      /^(KAFKA_BROKERS|SCHEMA_REGISTRY_URL)$/.test(variable) && problem === 'is not set',
  )
  if (!isLost || readEndpoints(env) !== undefined) return message
  return `${message}\nand no local stack runs in ${env.BRIDGE_DATA_DIR || '.bridge'} (npm start)`
}
