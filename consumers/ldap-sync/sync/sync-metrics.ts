import type { Metrics } from '../../../lib/metrics/metrics.ts'

/** The metrics of the worker. */
export type SyncMetrics = ReturnType<typeof createSyncMetrics>

/** Registers all of them, so that each one exists from the start. */
export const createSyncMetrics = (metrics: Metrics) => ({
  changes: metrics.counter('ldap_sync_changes_total'),
  held: metrics.gauge('ldap_sync_held_changes'),
  drift: metrics.gauge('ldap_sync_drift_changes'),
  unreadable: metrics.gauge('ldap_sync_unreadable_groups'),
  conflicting: metrics.gauge('ldap_sync_conflicting_groups'),
  foreign: metrics.gauge('ldap_sync_foreign_members'),
  unbound: metrics.gauge('ldap_sync_unbound_people'),
  skipped: metrics.counter('ldap_sync_skipped_total'),
  serverUp: metrics.gauge('ldap_sync_server_up'),
  loginRefused: metrics.gauge('ldap_sync_login_refused'),
  reconcileFailing: metrics.gauge('ldap_sync_reconcile_failing'),
  durations: metrics.histogram('ldap_sync_operation_duration_seconds'),
})
