import type { Severity } from './alert.ts'

/** While the cause fires, its effects notify nobody: whoever is awake looks at the cause first. */
export interface Inhibition {
  /** Names of alerts. */
  causes: readonly string[]
  /** Only causes of this severity count. Without it, a warning can silence an alert that wakes somebody. */
  severity?: Severity
  effects: readonly string[]
  /** Labels that both must have with the same value. Without them, any cause silences any effect. */
  equal?: readonly string[]
}

/**
 * One cause pages once. An alert about lost hooks is never an effect: it asks for something else than its
 * cause, and it cannot wait.
 *
 * Alertmanager does not tell the end of an alert while it is suppressed. So an effect either pages later than
 * its cause, or it lasts longer. An alert about a series that ends with its process is no effect of the end
 * of that process.
 */
export const inhibitions: readonly Inhibition[] = [
  {
    causes: ['KafkaIsUnwritable'],
    effects: [
      ...['CanaryIsNotReadBack', 'TopicIsUnavailable', 'SpoolFills', 'SpoolIsOld', 'LagIsUnknown'],
      ...['WorkerIsStalled', 'WorkerIsStopped', 'WorkerIsBehind', 'WorkerWaits', 'TopicsAreNotRead'],
    ],
  },
  { causes: ['IngressIsDown', 'ProcessIsDown'], effects: ['ProcessRestarts'], equal: ['process'] },
  { causes: ['IngressIsDown'], effects: ['NoHooksArrive'] },
  // While the brokers do not answer the lag exporter, every verdict is old.
  { causes: ['LagIsUnknown'], effects: ['WorkerIsStalled', 'WorkerIsStopped', 'WorkerIsBehind'] },
  // Both mean that nothing answers. The one that names the process says more.
  { causes: ['IngressIsDown'], effects: ['SeriesAreMissing'], equal: ['job'] },
  // No worker answers: that wakes somebody, and an alert about each process does not.
  { causes: ['SeriesAreMissing'], effects: ['ProcessIsDown'], equal: ['job'] },
  // The verdict of a group is the more urgent one. Its runbook asks first whether the circuit is open.
  { causes: ['WorkerIsStopped'], effects: ['ProcessIsDown'], equal: ['process'] },
  { causes: ['WorkerIsStalled'], effects: ['WorkerWaits', 'AuditLogNotAnchored'], equal: ['process'] },
  { causes: ['RecordsAreMissing'], effects: ['TopicsAreNotRead'], equal: ['process'] },
  // The canary is as old as the clock is wrong.
  { causes: ['ClockIsWrong'], effects: ['CanaryIsNotReadBack'], equal: ['process'] },
  // One lost hook is a warning. Answers that are slow in the hour after it still page.
  { causes: ['HooksAreLost'], severity: 'critical', effects: ['HooksFailFast', 'HooksFail'] },
  { causes: ['HooksAreLost'], effects: ['HooksFailSlowly'] },
  { causes: ['HooksFailFast'], effects: ['HooksFail', 'HooksFailSlowly'], equal: ['job'] },
  { causes: ['HooksFail'], effects: ['HooksFailSlowly'], equal: ['job'] },
  { causes: ['TopicIsUnavailable', 'SpoolIsNearlyFull'], effects: ['SpoolIsOld'], equal: ['process'] },
  { causes: ['DeadLettersAreOld'], effects: ['DeadLettersAreOpen'], equal: ['consumer'] },
  {
    causes: ['DestinationIsPaused', 'DestinationIsNearlyFull'],
    effects: ['DestinationIsBehind'],
    equal: ['process', 'destination'],
  },
  {
    causes: ['LdapLoginIsRefused', 'LdapServerIsDown'],
    effects: ['WorkerWaits', 'LdapReconcileFails'],
    equal: ['process'],
  },
  {
    causes: ['GitLabTokenRefused'],
    effects: ['WorkerWaits', 'DirectoryReconcileFails', 'LdapReconcileFails'],
    equal: ['process'],
  },
  { causes: ['AuditLogForked'], effects: ['AuditLogNotAnchored'] },
]
