import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../lib/config.ts'
import { isLocked } from '../lib/disk/lock.ts'
import type { Endpoints } from '../local/endpoints.ts'
import { hasTokens } from '../local/process/process-environment.ts'

/** The running local stack of `BRIDGE_DATA_DIR`, if there is one; what a killed stack has left does not count. */
export const readEndpoints = (env: Environment): Endpoints | undefined => {
  const folder = env.BRIDGE_DATA_DIR || '.bridge'
  if (!isLocked(join(folder, 'lock'))) return undefined
  try {
    return JSON.parse(readFileSync(join(folder, 'endpoints.json'), 'utf8')) as Endpoints
  } catch {
    return undefined
  }
}

/** The user's own cluster where its variables are set; what is not set comes from the running local stack. */
export const withLocalStack = (env: Environment): Environment => {
  const endpoints = readEndpoints(env)
  if (endpoints === undefined) return env
  return {
    ...env,
    KAFKA_BROKERS: env.KAFKA_BROKERS || endpoints.kafka_brokers,
    SCHEMA_REGISTRY_URL: env.SCHEMA_REGISTRY_URL || endpoints.schema_registry_url,
    DATABASE_URL: env.DATABASE_URL || endpoints.database_url,
  }
}

/** With the token that the ingress of the local stack takes where the user has set none: to be looked at, not to start another with. */
export const withLocalToken = (env: Environment): Environment => {
  const token = readEndpoints(env)?.secret_token
  return token == null || hasTokens(env) ? env : { ...env, INGRESS_SECRET_TOKENS: token }
}
