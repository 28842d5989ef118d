import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['ingress'] as const satisfies readonly ProcessKind[]

/** The metrics of `bridge ingress`. */
export const ingressCatalogue = {
  ingress_received_total: {
    type: 'counter',
    help: 'Hooks whose headers the ingress has received.',
    unit: 'hooks',
    processes,
  },
  ingress_hooks_total: {
    type: 'counter',
    help: 'Hooks that have been answered, by outcome.',
    unit: 'hooks',
    processes,
    labels: {
      outcome: [
        'published',
        'unknown',
        'quarantined',
        'spooled',
        'unauthenticated',
        'forbidden',
        'too_slow',
        'too_large',
        'throttled',
        'unavailable',
        'aborted',
      ],
    },
  },
  ingress_rejections_total: {
    type: 'counter',
    help: 'Requests and connections that were rejected, because of credentials, address or number.',
    unit: 'hooks',
    processes,
    labels: {
      reason: [
        'handshake',
        'no_credentials',
        'wrong_token',
        'stale_signature',
        'wrong_signature',
        'unknown_source',
        'address',
        'connections',
        'too_many',
      ],
    },
  },
  ingress_in_flight_hooks: {
    type: 'gauge',
    help: 'Hooks that have been received and are not answered yet.',
    unit: 'hooks',
    processes,
  },
  ingress_duration_seconds: {
    type: 'histogram',
    help: 'Time from the moment when the headers of a hook have been read until its answer.',
    unit: 'seconds',
    processes,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  ingress_body_bytes: {
    type: 'histogram',
    help: 'Size of the bodies of authenticated hooks.',
    unit: 'bytes',
    processes,
    buckets: [1e3, 4e3, 16e3, 64e3, 256e3, 1e6, 4e6, 16e6, 26e6],
  },
  ingress_credential_last_used_timestamp_seconds: {
    type: 'gauge',
    help:
      'When a credential last authenticated a hook. ' +
      '0 means never since it was configured or since the start.',
    unit: 'timestamp',
    processes,
    labels: { source: 'sources', proof: ['token', 'signature'], credential: 'credentials' },
  },
  ingress_certificate_expires_timestamp_seconds: {
    type: 'gauge',
    help: 'When the certificate in INGRESS_TLS_CERT_FILE expires. 0 means that hooks are received by HTTP.',
    unit: 'timestamp',
    processes,
  },
  ingress_records_total: {
    type: 'counter',
    help: 'Records that the brokers have acknowledged, by event.',
    unit: 'records',
    processes,
    labels: { event: 'events' },
  },
  ingress_coercion_faults_total: {
    type: 'counter',
    help: 'Optional fields that were left empty because GitLab sent them in an unknown form, by event.',
    unit: 'fields',
    processes,
    labels: { event: 'events' },
  },
  ingress_body_limits_exceeded_total: {
    type: 'counter',
    help: 'Large bodies that exceeded a limit of the process that prepares them, by limit.',
    unit: 'hooks',
    processes,
    labels: { limit: ['time', 'memory', 'error'] },
  },
  ingress_places_lost_total: {
    type: 'counter',
    help:
      'Hooks that may be out of order: large bodies whose key was known too late, and hooks that ' +
      'were sent to the brokers because the spool did not take them in time.',
    unit: 'hooks',
    processes,
  },
  ingress_changed_resends_total: {
    type: 'counter',
    help: 'Signed hooks that had the id of an earlier hook but a different body.',
    unit: 'hooks',
    processes,
  },
  ingress_connected: {
    type: 'gauge',
    help: '1 once the brokers and the schema registry have answered since the start, 0 until then.',
    unit: 'state',
    processes,
  },
  ingress_schema_ids: {
    type: 'gauge',
    help: '1 for the place from which the schema ids in use were read, 0 for the other.',
    unit: 'state',
    processes,
    labels: { from: ['registry', 'disk'] },
  },
} as const satisfies MetricCatalogue
