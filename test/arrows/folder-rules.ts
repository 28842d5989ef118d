import type { ArrowRule } from './rule.ts'

/** Rooms of consumers/ that all workers may use. They stand on lib/ alone. */
const sharedRooms = '^consumers/(?:gitlab-api|personal-data|delivery|event-text)/'

/** What a worker is: of both kinds, and what both have. */
const definitions = '^consumers/(?:consumer|log-follower|worker-definition)\\.ts$'

/** Rules for folders that grow: a new worker, command or room of lib needs no new entry. */
export const folderRules: readonly ArrowRule[] = [
  {
    name: 'a worker imports what says what a worker is, its own folder, and the rooms that workers share',
    because: 'Workers are run, changed and removed one by one, and the runtime knows them only as values.',
    from: { path: '^consumers/([^/]+)/', pathNot: ['^consumers/runtime/', sharedRooms] },
    to: { path: '^consumers/', pathNot: ['^consumers/$1/', definitions, sharedRooms] },
    brokenBy: ['consumers/one-worker/invented.ts', 'consumers/another-worker/another-worker.ts'],
  },
  {
    name: 'the runtime of the workers knows no worker and not their list',
    because: 'The runtime would otherwise depend on what it runs.',
    from: { path: '^consumers/runtime/' },
    to: {
      path: '^consumers/',
      pathNot: ['^consumers/runtime/', definitions, sharedRooms],
    },
    brokenBy: ['consumers/runtime/invented.ts', 'consumers/index.ts'],
  },
  {
    name: 'a room that workers share imports nothing else of consumers',
    because: 'Each worker can use it, so that it must know none of them.',
    from: { path: '^consumers/(gitlab-api|delivery|event-text)/' },
    to: { path: '^consumers/', pathNot: '^consumers/$1/' },
    brokenBy: ['consumers/gitlab-api/invented.ts', 'consumers/consumer.ts'],
  },
  {
    name: 'what says what a worker is imports nothing of consumers but the rooms that workers share',
    because: 'Everything else in the folder stands on it.',
    from: { path: definitions },
    to: { path: '^consumers/', pathNot: [definitions, sharedRooms] },
    brokenBy: ['consumers/consumer.ts', 'consumers/runtime/invented.ts'],
  },
  {
    name: 'a worker is entered by the file that bears its name',
    because: 'The other files of a worker may change with the worker alone.',
    from: { path: '^(consumers|cli)/([^/]+)' },
    to: {
      path: '^consumers/([^/]+)/',
      // What `bridge pushes` reads is what the push author log writes.
      pathNot: [
        ...['^consumers/$2/', '^consumers/runtime/', sharedRooms],
        ...['^consumers/([^/]+)/\\1\\.ts$', '/push-line\\.ts$', '/read-pushes\\.ts$'],
        '^consumers/push-author-log/settings\\.ts$',
        // What `bridge audit` reads, verifies and proves.
        '^consumers/audit-log/(epoch|export|read|verify)/',
        '^consumers/audit-log/(leaf/columns|note/(key-name|signer-key)|store/read-head)\\.ts$',
        '^consumers/audit-log/erase/(erasure-key|reapply-erasures)\\.ts$',
        // What `bridge ldap` does.
        '^consumers/ldap-sync/operate/',
        // What `bridge routes test` sends.
        '^consumers/(chat-notifier|hook-forwarder|issue-commenter|reviewer-mentions)/send-test\\.ts$',
      ],
    },
    brokenBy: ['cli/invented.ts', 'consumers/one-worker/inside.ts'],
  },
  {
    name: 'the flat files of lib import no room of lib',
    because: 'The rooms stand on the flat files, so that a flat file never brings Kafka or the disk with it.',
    from: { path: '^lib/[^/]+$' },
    to: { path: '^lib/[^/]+/' },
    brokenBy: ['lib/invented.ts', 'lib/kafka/invented.ts'],
  },
  {
    name: 'a room of lib imports no other room of lib',
    because: 'Each room can be read alone.',
    from: { path: '^lib/([^/]+)/' },
    to: { path: '^lib/[^/]+/', pathNot: '^lib/$1/' },
    brokenBy: ['lib/avro/invented.ts', 'lib/kafka/invented.ts'],
  },
  {
    name: 'the servers of the local stack import only process/, server.ts, artifacts.ts, class-archive.ts',
    because: 'Each server can be started alone, by the stack and by the tests.',
    from: { path: '^local/(kafka|postgres|registry)/' },
    to: {
      path: '^local/',
      pathNot: ['^local/$1/', '^local/process/', '^local/(server|artifacts|class-archive)\\.ts$'],
    },
    brokenBy: ['local/kafka/invented.ts', 'local/postgres/invented.ts'],
  },
  {
    name: 'local/process/ imports nothing else of local',
    because: 'It starts and ends any program, so that the tests can use it for theirs.',
    from: { path: '^local/process/' },
    to: { path: '^local/', pathNot: '^local/process/' },
    brokenBy: ['local/process/invented.ts', 'local/servers.ts'],
  },
]
