import { databaseVariablesOf } from '../../../cli/variables/database-variables.ts'
import { consumers } from '../../../consumers/index.ts'
import { workers } from '../../../consumers/workers.ts'
import { databaseVariableOf } from '../../../lib/database-variable.ts'
import type { ClusterProcess, SecretVariable } from './process.ts'

/** What the declarations of a worker do not say. */
interface Extra {
  apiPort?: number
  environment?: Readonly<Record<string, string>>
  secretKeys?: readonly string[]
  keeps?: string
  callsOutside?: boolean
  memory?: ClusterProcess['memory']
}

const routes = { ROUTES_FILE: '/config/routes.yaml' }

const extras: Readonly<Record<string, Extra>> = {
  'audit-log': {
    environment: { AUDIT_LOG_SIGNING_KEY_FILE: '/secrets/signing-key' },
    secretKeys: ['signing-key'],
    keeps: '1Gi',
    callsOutside: true,
  },
  'push-author-log': { keeps: '10Gi', callsOutside: true },
  'project-directory': {
    apiPort: 8091,
    environment: {
      PROJECT_DIRECTORY_HOST: '0.0.0.0',
      PROJECT_DIRECTORY_TOKENS_FILE: '/secrets/tokens.yaml',
    },
    secretKeys: ['token', 'tokens.yaml'],
    callsOutside: true,
  },
  'ldap-sync': {
    environment: {
      LDAP_SYNC_MAPPING_FILE: '/config/ldap-mapping.yml',
      LDAP_SYNC_BIND_PASSWORD_FILE: '/secrets/bind-password',
    },
    secretKeys: ['bind-password'],
    callsOutside: true,
  },
  'chat-notifier': { environment: routes, callsOutside: true },
  'hook-forwarder': { environment: routes, callsOutside: true },
  'issue-commenter': { environment: routes, callsOutside: true },
  'reviewer-mentions': {
    environment: { ...routes, REVIEWER_MENTIONS_FILE: '/config/reviewers.yaml' },
    callsOutside: true,
  },
  'event-feed': {
    apiPort: 8090,
    environment: { EVENT_FEED_HOST: '0.0.0.0', EVENT_FEED_TOKENS_FILE: '/secrets/tokens.yaml' },
    secretKeys: ['token', 'tokens.yaml'],
    memory: { request: '192Mi', limit: '1Gi' },
  },
}

/** A worker that somebody has added may keep files and call other servers. */
const unknownWorker: Extra = { keeps: '1Gi', callsOutside: true }

/** The user on Kafka, if each process has one of its own. Otherwise the settings name the user of all. */
const kafkaUser = (secret: string): SecretVariable => ({
  variable: 'KAFKA_SASL_USERNAME',
  secret,
  key: 'kafka-username',
  isOptional: true,
})

/** Every worker as Kubernetes runs it. */
export const workerProcesses = (): ClusterProcess[] =>
  workers.map(({ name, metricsPort }) => {
    const extra = extras[name] ?? unknownWorker
    const hasDatabase = consumers.find((consumer) => consumer.name === name)?.database !== undefined
    const { apiPort, keeps, environment = {}, secretKeys = [], callsOutside = false } = extra
    return {
      name,
      component: 'worker',
      args: ['consumer', name],
      operationsPort: metricsPort,
      environment: {
        METRICS_PORT: String(metricsPort),
        ...(hasDatabase && { [`${databaseVariableOf(name)}_FILE`]: '/secrets/database-url' }),
        ...environment,
      },
      fromSecrets: [kafkaUser(name)],
      secretKeys: [...(hasDatabase ? ['database-url'] : []), ...secretKeys],
      uses: [
        'registry',
        ...(hasDatabase ? (['database'] as const) : []),
        ...(callsOutside ? (['outside'] as const) : []),
      ],
      memory: extra.memory ?? { request: '160Mi', limit: '512Mi' },
      ...(apiPort !== undefined && { apiPort }),
      ...(keeps !== undefined && { keeps }),
    }
  })

/** Measures lag. */
export const lagExporterProcess = (): ClusterProcess => ({
  name: 'lag-exporter',
  component: 'lag-exporter',
  args: ['lag-exporter'],
  operationsPort: 9474,
  environment: { METRICS_PORT: '9474' },
  fromSecrets: [kafkaUser('lag-exporter')],
  secretKeys: [],
  uses: [],
  memory: { request: '112Mi', limit: '256Mi' },
})

/** Creates topics, subjects, tables and roles. It reads the URL of each role where the worker reads it. */
export const setupProcess = (): ClusterProcess => ({
  name: 'setup',
  component: 'setup',
  args: ['setup'],
  environment: {},
  fromSecrets: [kafkaUser('setup'), ...Object.keys(databaseVariablesOf(consumers).shape).map(databaseUrl)],
  secretKeys: ['database-url'],
  uses: ['registry', 'database'],
  memory: { request: '160Mi', limit: '512Mi' },
})

/** `AUDIT_LOG_DATABASE_URL` is in the Secret `audit-log`, `DATABASE_URL` in that of setup. */
const databaseUrl = (variable: string): SecretVariable => {
  const role = variable
    .replace(/_?DATABASE_URL$/, '')
    .toLowerCase()
    .replaceAll('_', '-')
  return { variable, secret: role || 'setup', key: 'database-url', isOptional: role !== '' }
}
