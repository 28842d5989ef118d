import { completeRule, type Rooms, roomRules } from './rooms.ts'
import type { ArrowRule } from './rule.ts'

/**
 * The ingress reads from the top down: the process, the way of a hook until it is authenticated,
 * the way of a hook until it is published, and what both speak of.
 */
const ingress: Rooms = {
  'ingress.ts': [
    ...['parts/', 'open-delivery-path.ts', 'receive.ts', 'delivery-path.ts', 'deliver.ts'],
    ...['http/', 'spool/', 'publish/', 'record/', 'config.ts', 'auth/'],
    ...['metrics.ts', 'outcome.ts', 'hook.ts'],
  ],
  'parts/': [
    'accounting/',
    ...['open-delivery-path.ts', 'receive.ts', 'delivery-path.ts', 'deliver.ts'],
    ...['http/', 'spool/', 'publish/', 'record/', 'config.ts', 'auth/'],
    ...['metrics.ts', 'outcome.ts', 'hook.ts'],
  ],
  'open-delivery-path.ts': [
    ...['delivery-path.ts', 'deliver.ts', 'spool/', 'publish/', 'record/', 'config.ts'],
    ...['metrics.ts', 'outcome.ts', 'hook.ts'],
  ],
  'receive.ts': [
    ...['delivery-path.ts', 'deliver.ts', 'spool/', 'publish/', 'record/', 'http/', 'auth/'],
    ...['metrics.ts', 'outcome.ts', 'hook.ts'],
  ],
  'accounting/': ['spool/'],
  'delivery-path.ts': ['deliver.ts', 'publish/', 'metrics.ts', 'outcome.ts', 'hook.ts'],
  'spool/': ['deliver.ts', 'publish/', 'record/', 'metrics.ts', 'outcome.ts', 'hook.ts'],
  'deliver.ts': ['publish/', 'record/', 'metrics.ts', 'outcome.ts', 'hook.ts'],
  'publish/': ['record/', 'metrics.ts', 'outcome.ts', 'hook.ts'],
  'record/': ['metrics.ts', 'outcome.ts', 'hook.ts'],
  'http/': ['config.ts', 'auth/', 'metrics.ts', 'outcome.ts', 'hook.ts'],
  'config.ts': ['auth/'],
  'auth/': ['metrics.ts', 'outcome.ts', 'hook.ts'],
  'metrics.ts': ['outcome.ts'],
  'outcome.ts': ['hook.ts'],
  'hook.ts': [],
}

/** The schemas: the list of events, what it says of each event, and the types that are generated. */
const schemas: Rooms = {
  'reader-types.ts': ['catalogue.ts', 'load.ts'],
  'released.ts': ['catalogue.ts', 'compatibility.ts', 'load.ts', 'avro-schema.ts'],
  'topics.ts': ['catalogue.ts'],
  'gitlab-pages.ts': ['catalogue.ts'],
  'project-path.ts': ['catalogue.ts'],
  'catalogue.ts': ['facts/', 'hook-headers.ts', 'key.ts', 'occurred-at.ts', 'shapes.generated.ts'],
  'generate-types.ts': ['load.ts', 'avro-schema.ts'],
  'load.ts': ['avro-schema.ts'],
  'compatibility.ts': [
    ...['compare-types.ts', 'invalid-defaults.ts', 'named-types.ts', 'incompatibility.ts', 'avro-schema.ts'],
  ],
  'compare-types.ts': ['describe-type.ts', 'named-types.ts', 'incompatibility.ts', 'avro-schema.ts'],
  'describe-type.ts': ['named-types.ts', 'avro-schema.ts'],
  'invalid-defaults.ts': ['named-types.ts', 'incompatibility.ts', 'avro-schema.ts'],
  'named-types.ts': ['avro-schema.ts'],
  'avro-schema.ts': [],
  'incompatibility.ts': [],
  'hook-headers.ts': [],
  'key.ts': [],
  'shapes.generated.ts': ['events/'],
  'facts/': ['events/', 'parts/'],
  'occurred-at.ts': ['events/'],
  'events/': ['parts/'],
  'parts/': [],
}

/**
 * The runtime of the workers:
 * a worker is started, its parts are made, and a message goes down through the rooms.
 */
const runtime: Rooms = {
  'start-log-follower.ts': ['health/'],
  'worker.ts': [
    ...['worker-parts.ts', 'close-in-time.ts', 'worker-variables.ts'],
    ...['health/', 'watchdog/', 'group/', 'beginning/'],
  ],
  'close-in-time.ts': ['worker-parts.ts'],
  'health/': [],
  'worker-parts.ts': [
    ...['worker-breaker.ts', 'pipeline.ts', 'worker-resources.ts', 'worker-life.ts', 'dead-letters/'],
    ...['watchdog/', 'group/', 'batch/', 'positions/', 'middleware/', 'metrics.ts'],
    ...['begin-worker.ts', 'beginning/'],
  ],
  'begin-worker.ts': ['beginning/', 'max-age.ts', 'worker-resources.ts'],
  'beginning/': [],
  'max-age.ts': [],
  'worker-breaker.ts': ['batch/', 'group/', 'metrics.ts'],
  'pipeline.ts': [
    ...['worker-resources.ts', 'decode-and-handle.ts', 'dead-letters/', 'group/'],
    ...['middleware/', 'metrics.ts', 'max-age.ts'],
  ],
  'whole-bodies.ts': [],
  'worker-resources.ts': [
    ...['handled/', 'positions/', 'worker-variables.ts'],
    ...['event-decoder.ts', 'stored-records.ts', 'whole-bodies.ts'],
  ],
  'stored-records.ts': ['decode-and-handle.ts'],
  'event-decoder.ts': ['dead-letters/'],
  'dead-letters/': ['middleware/'],
  'watchdog/': ['positions/', 'middleware/'],
  'group/': ['positions/'],
  'batch/': ['positions/', 'middleware/'],
  'handled/': ['middleware/'],
  'decode-and-handle.ts': ['middleware/'],
  'positions/': [],
  'middleware/': [],
  'metrics.ts': [],
  'worker-life.ts': [],
  'worker-variables.ts': [],
  'unhandled-rejections.ts': [],
}

/** The audit log: the tree knows nothing of events, and keys nothing of the database. */
const auditLog: Rooms = {
  'audit-log.ts': ['variables.ts', 'create-handler.ts', 'planned.ts', 'erase/', 'read/'],
  'create-handler.ts': ['variables.ts', 'append/', 'erase/', 'row/', 'sign/'],
  'planned.ts': ['row/'],
  'variables.ts': ['anchors/', 'erase/'],
  'erase/': [],
  'sign/': ['anchors/', 'note/', 'store/', 'tree/'],
  'epoch/': ['anchors/', 'leaf/', 'note/', 'store/', 'tree/', 'verify/'],
  'export/': ['anchors/', 'leaf/', 'read/', 'tree/', 'verify/'],
  'verify/': ['anchors/', 'leaf/', 'note/', 'store/', 'tree/'],
  'anchors/': ['note/'],
  'read/': ['leaf/'],
  'row/': [],
  'append/': ['leaf/', 'tree/'],
  'store/': ['tree/'],
  'leaf/': ['tree/'],
  'note/': ['tree/'],
  'tree/': [],
}

/** The directory: what is computed knows nothing of the database, of HTTP and of records. */
const projectDirectory: Rooms = {
  'project-directory.ts': [
    ...['variables.ts', 'create-handler.ts', 'planned.ts', 'forget.ts'],
    ...['erase/', 'observe/', 'reconcile/'],
  ],
  'create-handler.ts': ['variables.ts', 'apply/', 'http/', 'observe/', 'reconcile/', 'metrics.ts'],
  'forget.ts': ['variables.ts', 'apply/', 'reconcile/'],
  'planned.ts': ['observe/'],
  'variables.ts': [],
  'erase/': [],
  'http/': ['read/', 'model/'],
  'read/': ['model/'],
  'reconcile/': ['apply/', 'store/', 'observe/', 'model/', 'metrics.ts'],
  'apply/': ['store/', 'observe/', 'model/'],
  'store/': ['observe/', 'model/'],
  'observe/': ['model/'],
  'model/': [],
  'metrics.ts': [],
}

/** The feed: positions and subscriptions know nothing of streams, and nothing but `http/` knows HTTP. */
const eventFeed: Rooms = {
  'event-feed.ts': ['variables.ts', 'start-feed.ts', 'subscription/'],
  'start-feed.ts': ['variables.ts', 'http/', 'stream/', 'log/', 'subscription/', 'metrics.ts'],
  'variables.ts': [],
  'http/': ['stream/', 'log/', 'subscription/', 'position/', 'metrics.ts'],
  'stream/': ['log/', 'subscription/', 'position/', 'metrics.ts'],
  'subscription/': ['log/'],
  'log/': ['position/'],
  'position/': [],
  'page/': [],
  'metrics.ts': [],
}

/** LDAP sync: plans know neither the directory nor the state, and neither of those knows the steps. */
const ldapSync: Rooms = {
  'ldap-sync.ts': ['variables.ts', 'create-handler.ts', 'sync/', 'facts/'],
  'create-handler.ts': ['variables.ts', 'sync/', 'state/', 'facts/'],
  'operate/': ['sync/', 'state/', 'plan/', 'directory/', 'mapping/', 'facts/', 'dn/', 'variables.ts'],
  'sync/': ['state/', 'plan/', 'directory/', 'mapping/', 'facts/', 'dn/', 'variables.ts'],
  'state/': ['plan/', 'facts/', 'mapping/'],
  'directory/': ['plan/', 'mapping/', 'dn/'],
  'plan/': ['dn/'],
  'mapping/': ['dn/'],
  'variables.ts': ['dn/'],
  'facts/': [],
  'dn/': [],
}

export const roomTables: Readonly<Record<string, Rooms>> = {
  ingress,
  schemas,
  'consumers/runtime': runtime,
  'consumers/audit-log': auditLog,
  'consumers/project-directory': projectDirectory,
  'consumers/ldap-sync': ldapSync,
  'consumers/event-feed': eventFeed,
}

export const roomTableRules: readonly ArrowRule[] = [
  ...roomRules(
    'ingress',
    ingress,
    'A hook goes down through the rooms of the ingress. No arrow runs back up.',
  ),
  completeRule('ingress', ingress),
  ...roomRules(
    'schemas',
    schemas,
    'The catalogue stands on the facts, and the facts on the generated types.',
  ),
  completeRule('schemas', schemas),
  ...roomRules('consumers/runtime', runtime, 'A worker is made of its parts, and no part knows the worker.'),
  completeRule('consumers/runtime', runtime),
  ...roomRules(
    'consumers/audit-log',
    auditLog,
    'The tree, the notes and the leaves are used, and use no worker.',
  ),
  completeRule('consumers/audit-log', auditLog),
  ...roomRules(
    'consumers/project-directory',
    projectDirectory,
    'What is computed can be tested without a database, and answers need nothing of what writes.',
  ),
  completeRule('consumers/project-directory', projectDirectory),
  ...roomRules(
    'consumers/ldap-sync',
    ldapSync,
    'What is planned can be tested alone, and the steps use the directory and the state.',
  ),
  completeRule('consumers/ldap-sync', ldapSync),
  ...roomRules(
    'consumers/event-feed',
    eventFeed,
    'Positions and filters can be tested alone, and a stream does not know who asked for it.',
  ),
  completeRule('consumers/event-feed', eventFeed),
]
