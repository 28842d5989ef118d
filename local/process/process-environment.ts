import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { Environment } from '../../lib/config.ts'
import { databaseRoleOf, databaseVariableOf } from '../../lib/database-variable.ts'

/** The addresses of the servers, whether they are embedded or the user's own. */
export interface StackUrls {
  kafkaBrokers: string
  schemaRegistryUrl: string
  databaseUrl: string
}

/**
 * The environment of each process: the variables of the user, and those that the process needs to find the
 * servers. A process gets only the secrets that it needs.
 */
export interface ProcessEnvironments {
  setup: Environment
  ingress(ports: { hook: number; metrics: number }): Environment
  /** The environment of a worker, or of another process beside the ingress. */
  worker(name: string, metricsPort: number): Environment
}

interface ProcessOptions {
  /** The variables of the user. They are kept, except for the ports, which have already been chosen. */
  env: Environment
  dataDir: string
  urls: StackUrls
  /** The generated secrets that the processes use. The passwords of the roles are made from one of them. */
  secrets: { ingressToken: string; databaseRoles: string }
  /** The workers that use the database, and readers of its tables. Each has a role of its own. */
  databaseRoles: readonly string[]
}

const tokenVariables = [
  'INGRESS_SECRET_TOKENS',
  'INGRESS_SECRET_TOKENS_FILE',
  'INGRESS_SIGNING_TOKENS',
  'INGRESS_SIGNING_TOKENS_FILE',
]

/** Only the worker audit-log gets them: with the key, another process could sign a changed log. */
const anchorVariables = ['AUDIT_LOG_SIGNING_KEY', 'AUDIT_LOG_ANCHOR_URLS', 'AUDIT_LOG_WITNESSES'].flatMap(
  (name) => [name, `${name}_FILE`],
)

const variablesOfRole = (name: string) => [databaseVariableOf(name), `${databaseVariableOf(name)}_FILE`]

/** Whether the user has set a secret token or a signing token. If not, a secret token is generated. */
export const hasTokens = (env: Environment): boolean => hasAny(env, tokenVariables)

export const processEnvironments = (options: ProcessOptions): ProcessEnvironments => {
  const { env, dataDir, urls, secrets, databaseRoles } = options
  const roles = new Map(databaseRoles.map((name) => [name, roleVariables(name, options)]))
  const common = {
    LOG_FORMAT: 'text',
    LOG_DELIVERIES: 'all',
    METRICS_HOST: '127.0.0.1',
    // After a crash, a new worker gets no partitions until the session of the old one has ended.
    CONSUMER_SESSION_SECONDS: '10',
    // With the compiled code of the last start, Node does not load its TypeScript parser, which takes 20 MB
    // per process.
    NODE_COMPILE_CACHE: join(dataDir, 'compile-cache'),
    ...(isSet(env.KAFKA_BROKERS) ? {} : { KAFKA_REPLICATION_FACTOR: '1' }),
    ...withoutSecrets(env, databaseRoles),
    KAFKA_BROKERS: urls.kafkaBrokers,
    SCHEMA_REGISTRY_URL: urls.schemaRegistryUrl,
    BRIDGE_DATA_DIR: dataDir,
  }
  return {
    setup: { ...common, DATABASE_URL: urls.databaseUrl, ...Object.assign({}, ...roles.values()) },
    ingress: ({ hook, metrics }) => ({
      INGRESS_HOST: '127.0.0.1',
      INGRESS_DRAIN_SECONDS: '0', // There is no load balancer that must notice the stop first.
      INGRESS_SPOOL_ALLOW_TMPFS: 'true', // Whoever tries the bridge may do so in /tmp.
      ...common,
      ...(hasTokens(env) ? only(env, tokenVariables) : { INGRESS_SECRET_TOKENS: secrets.ingressToken }),
      INGRESS_PORT: String(hook),
      METRICS_PORT: String(metrics),
    }),
    worker: (name, metricsPort) => ({
      ...common,
      ...roles.get(name),
      ...(name === 'audit-log' ? only(env, anchorVariables) : {}),
      METRICS_PORT: String(metricsPort),
    }),
  }
}

/** The URL of a role: that of the user, or one with a generated password. */
const roleVariables = (name: string, { env, urls, secrets }: ProcessOptions): Environment => {
  const variables = variablesOfRole(name)
  if (hasAny(env, variables)) return only(env, variables)
  const url = new URL(urls.databaseUrl)
  url.username = databaseRoleOf(name)
  url.password = createHmac('sha256', secrets.databaseRoles).update(name).digest('base64url')
  return { [databaseVariableOf(name)]: url.href }
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== ''

const hasAny = (env: Environment, names: readonly string[]): boolean => names.some((name) => isSet(env[name]))

const only = (env: Environment, names: readonly string[]): Environment =>
  Object.fromEntries(names.map((name) => [name, env[name]]))

// Workers must not get the owner's database URL, the roles of other workers or the tokens of the ingress. An
// empty variable counts as not set.
const withoutSecrets = (env: Environment, databaseRoles: readonly string[]): Environment => {
  const roles = databaseRoles.flatMap(variablesOfRole)
  const withheld = ['DATABASE_URL', 'DATABASE_URL_FILE', ...roles, ...anchorVariables, ...tokenVariables]
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => isSet(value) && !withheld.includes(name)),
  )
}
