import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../lib/config.ts'

/** What `bridge local` writes once everything is ready; see `local/endpoints.ts`. */
interface Endpoints {
  hook_url: string
  secret_token: string
  kafka_brokers: string
  schema_registry_url: string
  database_url: string
}

/** The running local stack of `BRIDGE_DATA_DIR`, if there is one. */
export const readEndpoints = (env: Environment): Endpoints | undefined => {
  try {
    return JSON.parse(readFileSync(join(env.BRIDGE_DATA_DIR || '.bridge', 'endpoints.json'), 'utf8')) as Endpoints
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
