import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../lib/config.ts'
import { isLocked } from '../lib/disk/lock.ts'
import type { Endpoints } from '../local/endpoints.ts'
import { hasTokens } from '../local/process/process-environment.ts'

/** The endpoints of the local stack that runs in `BRIDGE_DATA_DIR`. Undefined if no stack runs there. */
export const readEndpoints = (env: Environment): Endpoints | undefined => {
  const folder = env.BRIDGE_DATA_DIR || '.bridge'
  // A stack that was killed leaves its file behind, but its lock is free.
  if (!isLocked(join(folder, 'lock'))) return undefined
  try {
    return JSON.parse(readFileSync(join(folder, 'endpoints.json'), 'utf8')) as Endpoints
  } catch {
    return undefined
  }
}

const endpointOf = {
  KAFKA_BROKERS: 'kafka_brokers',
  SCHEMA_REGISTRY_URL: 'schema_registry_url',
  DATABASE_URL: 'database_url',
} as const satisfies Record<string, keyof Endpoints>

/**
 * The environment, with the servers of the running local stack for each variable that the user has not set. A
 * setting of the user always wins, also one in a file (`DATABASE_URL_FILE`).
 */
export const withLocalStack = (env: Environment): Environment => {
  const endpoints = readEndpoints(env)
  if (endpoints === undefined) return env
  const missing = Object.entries(endpointOf).filter(([variable]) => !isSetByUser(variable, env))
  return {
    ...env,
    ...Object.fromEntries(missing.map(([variable, key]) => [variable, endpoints[key]])),
    ...readerOf(endpoints, env),
  }
}

/** The reader of the local database. It must not stand beside another database of the user. */
const readerOf = ({ audit_reader_url }: Endpoints, env: Environment): Environment =>
  audit_reader_url == null || [reader, 'DATABASE_URL'].some((variable) => isSetByUser(variable, env))
    ? {}
    : { [reader]: audit_reader_url }

const reader = 'AUDIT_READER_DATABASE_URL'

const isSetByUser = (variable: string, env: Environment): boolean =>
  Boolean(env[variable] || env[`${variable}_FILE`])

/**
 * The environment, with the secret token of the running local stack if the user has set no token. Use it only
 * to show the configuration: a second ingress must not start with the token of the local stack.
 */
export const withLocalToken = (env: Environment): Environment => {
  const token = readEndpoints(env)?.secret_token
  return token == null || hasTokens(env) ? env : { ...env, INGRESS_SECRET_TOKENS: token }
}
