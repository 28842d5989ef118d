import { type ArrowRule, patternOf } from './rule.ts'

/** Packages that only the named files and folders import, so that each could be replaced in one place. */
const owners: Readonly<Record<string, readonly string[]>> = {
  express: [
    ...['ingress/http/app.ts', 'lib/http/operations-server.ts'],
    ...['consumers/project-directory/http/', 'consumers/event-feed/http/'],
  ],
  helmet: [
    ...['lib/http/operations-server.ts', 'consumers/project-directory/http/', 'consumers/event-feed/http/'],
  ],
  '@asteasolutions/zod-to-openapi': ['consumers/project-directory/http/open-api.ts'],
  winston: ['lib/logger.ts'],
  'prom-client': ['lib/metrics/metrics.ts', 'lib/http/operations-server.ts'],
  avsc: ['lib/avro/', 'schemas/'],
  '@kafkajs/confluent-schema-registry': ['lib/avro/'],
  pg: ['lib/database.ts', 'cli/setup/database/', 'local/postgres/'],
  commander: ['cli/'],
  yaml: [
    'lib/settings-file.ts',
    'consumers/delivery/routes/parse-routes.ts',
    'cli/setup/rights/print-strimzi.ts',
  ],
  undici: [
    ...['consumers/gitlab-api/transport.ts', 'consumers/delivery/http/outbound.ts'],
    ...['lib/request-oauth-token.ts', 'lib/avro/call-registry.ts'],
  ],
  handlebars: ['consumers/delivery/routes/template-problem.ts', 'consumers/chat-notifier/text/template.ts'],
  ldapts: ['consumers/ldap-sync/directory/ldapts-session.ts'],
}

/** The files in which code of the Kafka client runs, with what each one uses. */
export const kafkaFiles: Readonly<Record<string, string>> = {
  'lib/kafka/client.ts': 'the one place where the options of the client are set',
  'lib/kafka/oauth-bearer.ts': 'the error classes of a login',
  'lib/kafka/client-log.ts': 'the levels of its log entries',
  'lib/kafka/patches/add-zstd.ts': 'the codecs, to which it adds one',
  'lib/kafka/patches/patch-reauthentication.ts': 'the login and its error classes, which it patches',
  'lib/kafka/patches/patch-produce-request.ts': 'the produce request, which it patches',
  'ingress/publish/sender.ts': 'the producer',
  'ingress/publish/partition-of.ts': 'the partitioner of the producer',
  'ingress/publish/topic-metadata.ts': 'the admin client: reads the limits of topics',
  'consumers/runtime/dead-letters/dead-letter-producer.ts':
    'the partitioner of the producer for dead letters',
  'consumers/runtime/batch/each-batch.ts': 'the error classes that announce a rebalance',
  'consumers/runtime/group/assigner.ts': 'the encoding of group assignments',
  'cli/dead-letters/dead-letter-writer.ts': 'the partitioner of the producer for redrives',
  'cli/dead-letters/settle-lock.ts': 'the partitioner of the producer for locks',
  'cli/setup/alter-settings.ts': 'the admin client: alters topics',
  'cli/setup/topic-state.ts': 'the admin client: reads the settings of topics',
}

const packagePattern = (name: string): string => `(^|/)node_modules/${name}/`

const production = '^(ingress|consumers|lib|local|cli|schemas)/'

const ownerRules = Object.entries(owners).map(
  ([name, places]): ArrowRule => ({
    name: `only ${places.join(', ')} may import ${name}`,
    because: 'A package that is known to one place can be replaced there.',
    from: { path: production, pathNot: places.map(patternOf) },
    to: { path: packagePattern(name) },
    brokenBy: ['local/invented.ts', name],
  }),
)

export const packageRules: readonly ArrowRule[] = [
  ...ownerRules,
  {
    name: 'code of the Kafka client runs only in the listed files',
    because: 'The client has defects that only a few files work around. Its types may be used elsewhere.',
    from: { path: production, pathNot: Object.keys(kafkaFiles).map(patternOf) },
    to: { path: packagePattern('kafkajs'), dependencyTypesNot: ['type-only'] },
    brokenBy: ['consumers/invented.ts', 'kafkajs'],
  },
  {
    name: 'the schemas and the local stack do not know the Kafka client',
    because: 'The schemas are the contract for every client, and the local stack only starts servers.',
    from: { path: '^(schemas|local)/' },
    to: { path: packagePattern('kafkajs') },
    brokenBy: ['schemas/invented.ts', 'kafkajs'],
  },
]
