/** While the cause fires, its effects notify nobody: whoever is awake looks at the cause first. */
export interface Inhibition {
  /** Names of alerts. */
  causes: readonly string[]
  effects: readonly string[]
  /** Labels that both must have with the same value. Without them, any cause silences any effect. */
  equal?: readonly string[]
}

/**
 * One cause pages once. An alert about lost hooks is never an effect: it asks for something else than its
 * cause, and it cannot wait.
 */
export const inhibitions: readonly Inhibition[] = [
  {
    causes: ['KafkaIsUnwritable'],
    effects: [
      ...['CanaryIsNotReadBack', 'TopicIsUnavailable', 'SpoolFills', 'SpoolIsOld', 'LagIsUnknown'],
      ...['WorkerIsStalled', 'WorkerIsStopped', 'WorkerIsBehind', 'WorkerWaits', 'TopicsAreNotRead'],
    ],
  },
  {
    causes: ['IngressIsDown'],
    effects: ['ProcessRestarts', 'EventLoopIsBlocked'],
    equal: ['process'],
  },
  { causes: ['IngressIsDown'], effects: ['CanaryIsNotReadBack', 'NoHooksArrive'] },
  // Without the lag exporter, or without the brokers behind it, every verdict is old.
  { causes: ['LagIsUnknown'], effects: ['WorkerIsStalled', 'WorkerIsStopped', 'WorkerIsBehind'] },
  { causes: ['ProcessIsDown'], effects: ['ProcessRestarts', 'EventLoopIsBlocked'], equal: ['process'] },
  // Both mean that nothing answers. The one that names the process says more.
  { causes: ['IngressIsDown', 'ProcessIsDown'], effects: ['SeriesAreMissing'], equal: ['job'] },
  { causes: ['WorkerIsStopped', 'WorkerIsStalled'], effects: ['WorkerIsBehind'], equal: ['group'] },
  // The verdict of a group is the more urgent one. Its runbook asks first whether the circuit is open.
  { causes: ['WorkerIsStopped'], effects: ['ProcessIsDown'], equal: ['process'] },
  {
    causes: ['WorkerIsStopped', 'WorkerIsStalled'],
    effects: ['WorkerWaits', 'AuditLogNotAnchored'],
    equal: ['process'],
  },
  // The canary is as old as the clock is wrong.
  { causes: ['ClockIsWrong'], effects: ['CanaryIsNotReadBack'], equal: ['process'] },
  { causes: ['HooksAreLost'], effects: ['HooksFailFast', 'HooksFail', 'HooksFailSlowly'] },
  { causes: ['HooksFailFast'], effects: ['HooksFail', 'HooksFailSlowly'], equal: ['job'] },
  { causes: ['HooksFail'], effects: ['HooksFailSlowly'], equal: ['job'] },
  { causes: ['SpoolIsNearlyFull'], effects: ['SpoolFills', 'SpoolIsOld'], equal: ['process'] },
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
    effects: ['GitLabTokenExpiresSoon', 'WorkerWaits', 'DirectoryReconcileFails', 'LdapReconcileFails'],
    equal: ['process'],
  },
  { causes: ['AuditLogForked'], effects: ['AuditLogNotAnchored'] },
]
