import { type ArrowRule, patternOf } from './rule.ts'

/**
 * Folders that are entered only by some of their files. All other files of the folder serve these.
 * A folder of a worker or of a command has a rule of its own and needs no entry.
 */
const doors: Readonly<Record<string, readonly string[]>> = {
  // The command line runs the ingress, reads its settings, and reads and publishes the hooks of a spool.
  'ingress/': [
    ...['ingress.ts', 'config.ts', 'metrics.ts', 'hook.ts', 'deliver.ts', 'open-delivery-path.ts'],
    'parts/drain-spool.ts',
    ...['auth/read-sources.ts', 'http/certificates.ts', 'record/classify.ts', 'record/encoders.ts'],
    'record/encode.ts',
    ...['record/schema-ids-file.ts', 'spool/spool-place.ts'],
    ...['spool/inspect-files.ts', 'spool/spool-folder.ts', 'spool/spool-folders.ts'],
    ...['spool/keep/deliver-within.ts', 'record/large-body.ts', 'record/prepare.ts', 'record/too-complex.ts'],
  ],
  'ingress/parts/': [
    ...['create-parts.ts', 'operations.ts', 'connect.ts', 'open-configured-spools.ts'],
    'drain-spool.ts',
  ],
  'ingress/spool/keep/': ['publish-or-spool.ts', 'answer-kept.ts', 'deliver-within.ts'],
  'ingress/publish/': [
    ...['publisher.ts', 'sender.ts', 'canary.ts', 'topic-metadata.ts'],
    'record-timestamps.ts',
  ],
  'ingress/record/': [
    ...['classify.ts', 'normalise.ts', 'encode.ts', 'encoders.ts', 'chunk-oversized.ts'],
    ...[
      'large-body.ts',
      'prepare.ts',
      'too-complex.ts',
      'topic-unavailable-error.ts',
      'too-large-error.ts',
      'large/prepare-large.ts',
    ],
    ...['large/limited-child.ts', 'large/in-hand.ts'],
    ...['quarantine-cause.ts', 'await-registry.ts', 'schema-ids-file.ts'],
  ],
  'ingress/accounting/': ['ingress-accounts.ts', 'log-growth.ts', 'growth-file.ts'],
  'ingress/spool/intervals/': ['intervals.ts', 'heartbeat-file.ts'],
  'ingress/spool/': [
    'intervals/intervals.ts',
    'intervals/heartbeat-file.ts',
    ...['spools.ts', 'start-drains.ts', 'spool-state.ts', 'spool-folders.ts'],
    ...['spool-folder.ts', 'inspect-files.ts', 'keep/publish-or-spool.ts', 'keep/answer-kept.ts'],
    ...['keep/deliver-within.ts', 'require-lasting-disk.ts', 'spool-place.ts'],
  ],
  'ingress/auth/': [
    ...[
      'admit.ts',
      'authenticate.ts',
      'failed-logins.ts',
      'address.ts',
      'resends.ts',
      'credential-series.ts',
    ],
    ...['source.ts', 'source-name.ts', 'read-sources.ts', 'watch-sources.ts', 'token-files.ts'],
  ],
  // The command line runs a worker, reads its settings, and reads and settles its dead letters.
  'consumers/runtime/': [
    ...['worker.ts', 'start-log-follower.ts', 'worker-variables.ts', 'unhandled-rejections.ts'],
    ...['event-decoder.ts', 'decode-and-handle.ts', 'dead-letters/dead-letter-headers.ts'],
    ...['group/assigner.ts', 'handled/handled-deliveries.ts'],
    ...['beginning/worker-starts.ts', 'beginning/places.ts', 'beginning/decide-beginning.ts'],
  ],
  // A worker calls GitLab. The runtime and the command line open the clients and read their settings.
  'consumers/gitlab-api/': [
    ...['api-path.ts', 'failure.ts', 'gitlab-api.ts', 'open-gitlab-apis.ts', 'token-watch.ts'],
    ...['variables.ts', 'read-instances.ts'],
    // A destination of the routes file can be a GitLab, too.
    ...['open-instance.ts', 'transport.ts', 'metrics.ts'],
  ],
  'consumers/runtime/batch/': ['each-batch.ts', 'breaker.ts', 'count-passed.ts'],
  'consumers/runtime/watchdog/': ['watchdog.ts', 'stall-detector.ts'],
  // The command line starts the local stack and finds it again.
  'local/': [
    ...['supervise.ts', 'reset.ts', 'endpoints.ts', 'addresses.ts', 'artifacts.ts', 'local-ports.ts'],
    ...['select-workers.ts', 'workers.ts'],
    ...['process/process-environment.ts', 'process/output.ts', 'process/node-options.ts'],
  ],
  'local/kafka/': ['kafka.ts'],
  'local/postgres/': ['postgres.ts', 'postgres-home.ts'],
  'lib/kafka/patches/': ['patches.ts'],
  'lib/kafka/produce/': ['encode-produce.ts', 'headroom-buffer.ts'],
  'lib/metrics/': ['metrics.ts', 'catalogue.ts', 'accounts.ts'],
}

const production = '^(ingress|consumers|lib|local|cli|schemas)/'

/** One rule for each folder: production code outside of it imports only its doors. */
export const doorRules: readonly ArrowRule[] = Object.entries(doors).map(([folder, files]) => ({
  name: `${folder} is entered only by ${files.join(', ')}`,
  because: 'The other files of the folder may change with the folder alone.',
  from: { path: production, pathNot: patternOf(folder) },
  to: { path: patternOf(folder), pathNot: files.map((file) => patternOf(folder + file)) },
  brokenBy: ['cli/invented.ts', `${folder}inside.ts`],
}))
