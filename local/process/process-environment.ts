import { join } from 'node:path'
import type { Environment } from '../../lib/config.ts'
import type { Secrets } from '../secrets.ts'

/** Where the stack is, whoever runs its parts. */
export interface StackUrls {
  kafkaBrokers: string
  schemaRegistryUrl: string
  databaseUrl: string
}

/** The environments of the processes: the user's own, and what each process needs to find the stack, nothing more. */
interface ProcessEnvironments {
  setup: Environment
  ingress(ports: { hook: number; metrics: number }): Environment
  /** Of a worker, or of what runs beside them. */
  worker(name: string, metricsPort: number): Environment
}

const tokenVariables = [
  'INGRESS_SECRET_TOKENS',
  'INGRESS_SECRET_TOKENS_FILE',
  'INGRESS_SIGNING_TOKENS',
  'INGRESS_SIGNING_TOKENS_FILE',
]

const auditLogVariables = ['AUDIT_LOG_DATABASE_URL', 'AUDIT_LOG_DATABASE_URL_FILE']

/** Whether the user has set what proves a hook; else a token is generated. */
export const hasTokens = (env: Environment): boolean => hasAny(env, tokenVariables)

/** @param env the user's: what it sets stays as it is, but for the ports, which are chosen already */
export const processEnvironments = (
  env: Environment,
  dataDir: string,
  urls: StackUrls,
  secrets: Secrets,
): ProcessEnvironments => {
  const auditLog = hasAny(env, auditLogVariables)
    ? only(env, auditLogVariables)
    : { AUDIT_LOG_DATABASE_URL: roleUrl(urls.databaseUrl, 'audit_log', secrets.auditLogRole) }
  const common = {
    LOG_FORMAT: 'text',
    METRICS_HOST: '127.0.0.1',
    // After a crash the broker keeps workers waiting for those of before until their session is over.
    CONSUMER_SESSION_SECONDS: '10',
    // With compiled code from the last start Node needs no TypeScript parser: 20 MB less for each process.
    NODE_COMPILE_CACHE: join(dataDir, 'compile-cache'),
    ...(isSet(env.KAFKA_BROKERS) ? {} : { KAFKA_REPLICATION_FACTOR: '1' }),
    ...withoutSecrets(env),
    KAFKA_BROKERS: urls.kafkaBrokers,
    SCHEMA_REGISTRY_URL: urls.schemaRegistryUrl,
    BRIDGE_DATA_DIR: dataDir,
  }
  return {
    setup: { ...common, DATABASE_URL: urls.databaseUrl, ...auditLog },
    ingress: ({ hook, metrics }) => ({
      INGRESS_HOST: '127.0.0.1',
      INGRESS_DRAIN_SECONDS: '0', // nobody balances load over a local stack
      ...common,
      ...(hasTokens(env) ? only(env, tokenVariables) : { INGRESS_SECRET_TOKENS: secrets.ingressToken }),
      INGRESS_PORT: String(hook),
      METRICS_PORT: String(metrics),
    }),
    worker: (name, metricsPort) => ({
      ...common,
      ...(name === 'audit-log' ? auditLog : {}),
      METRICS_PORT: String(metricsPort),
    }),
  }
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== ''

const hasAny = (env: Environment, names: readonly string[]): boolean => names.some((name) => isSet(env[name]))

const only = (env: Environment, names: readonly string[]): Environment =>
  Object.fromEntries(names.map((name) => [name, env[name]]))

// Neither the owner of the database nor the door's secrets are any worker's business. Empty is as good as unset.
const withoutSecrets = (env: Environment): Environment => {
  const withheld = ['DATABASE_URL', 'DATABASE_URL_FILE', ...auditLogVariables, ...tokenVariables]
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => isSet(value) && !withheld.includes(name)),
  )
}

const roleUrl = (databaseUrl: string, role: string, password: string): string => {
  const url = new URL(databaseUrl)
  url.username = role
  url.password = password
  return url.href
}
