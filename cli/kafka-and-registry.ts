import { z } from 'zod'
import { createRegistry, type Registry, registryVariables } from '../lib/avro/registry.ts'
import { type Environment, readVariables } from '../lib/config.ts'
import { kafkaVariables } from '../lib/kafka/client.ts'
import { createKafkaClient, type KafkaAccess } from './clients.ts'

const withRegistry = z.object({ ...kafkaVariables.shape, ...registryVariables.shape })

/**
 * As `createKafkaClient`, for a command that decodes records.
 *
 * @throws ConfigError naming the variables of both servers
 */
export const createKafkaAndRegistry = (
  env: Environment,
  command: string,
  requestTimeoutMs?: number,
): KafkaAccess & { registry: Registry } => {
  const settings = readVariables(withRegistry, env)
  const access = createKafkaClient(env, command, requestTimeoutMs)
  return { ...access, registry: createRegistry(settings, access.names.group(command)) }
}
