import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['worker'] as const satisfies readonly ProcessKind[]

/** The metrics of the worker ldap-sync about the directory. */
export const ldapSyncCatalogue = {
  ldap_sync_changes_total: {
    type: 'counter',
    help:
      'Changes of the directory by kind and by what became of them. held: it waits for a person. ' +
      'Only of the worker ldap-sync.',
    unit: 'changes',
    processes,
    labels: {
      kind: ['add_member', 'remove_member', 'add_key', 'remove_key', 'rename_group', 'archive_group'],
      outcome: ['done', 'already_so', 'held', 'failed'],
    },
  },
  ldap_sync_held_changes: {
    type: 'gauge',
    help: 'Changes in open holds, which wait for a person. Only of the worker ldap-sync.',
    unit: 'changes',
    processes,
    labels: { kind: ['removals', 'additions'] },
  },
  ldap_sync_drift_changes: {
    type: 'gauge',
    help:
      'Differences between the directory and GitLab that the last reconciliation found. ' +
      'Only of the worker ldap-sync.',
    unit: 'changes',
    processes,
  },
  ldap_sync_unreadable_groups: {
    type: 'gauge',
    help:
      'LDAP groups whose members could not be read completely. They are left alone. ' +
      'Only of the worker ldap-sync.',
    unit: 'groups',
    processes,
  },
  ldap_sync_conflicting_groups: {
    type: 'gauge',
    help:
      'LDAP groups that exist and that the worker may not write to, because it did not create them. ' +
      'Only of the worker ldap-sync.',
    unit: 'groups',
    processes,
  },
  ldap_sync_foreign_members: {
    type: 'gauge',
    help:
      'Members of the LDAP groups that the worker did not add and never removes, at the last ' +
      'reconciliation. Only of the worker ldap-sync.',
    unit: 'members',
    processes,
  },
  ldap_sync_unbound_people: {
    type: 'gauge',
    help: 'Users of GitLab without an LDAP entry of their own, by reason. Only of the worker ldap-sync.',
    unit: 'people',
    processes,
    labels: { reason: ['not_found', 'ambiguous', 'reused'] },
  },
  ldap_sync_skipped_total: {
    type: 'counter',
    help: 'Memberships that are not mirrored, by reason. Only of the worker ldap-sync.',
    unit: 'members',
    processes,
    labels: { reason: ['bot', 'source_ldap'] },
  },
  ldap_sync_server_up: {
    type: 'gauge',
    help: '1 while an LDAP server answers and accepts the bind, else 0. Only of the worker ldap-sync.',
    unit: 'state',
    processes,
  },
  ldap_sync_login_refused: {
    type: 'gauge',
    help: '1 while the LDAP server refuses the bind, else 0. Only of the worker ldap-sync.',
    unit: 'state',
    processes,
  },
  ldap_sync_reconcile_failing: {
    type: 'gauge',
    help:
      '1 after a reconciliation that could not be completed, until the next one is. ' +
      'Only of the worker ldap-sync.',
    unit: 'state',
    processes,
  },
  ldap_sync_operation_duration_seconds: {
    type: 'histogram',
    help: 'Duration of one request to the LDAP server. Only of the worker ldap-sync.',
    unit: 'seconds',
    processes,
    labels: { operation: ['bind', 'search', 'compare', 'add', 'modify', 'rename', 'delete'] },
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  },
} as const satisfies MetricCatalogue
