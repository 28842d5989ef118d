import { accountingCatalogue } from './accounting-catalogue.ts'
import { auditLogCatalogue } from './audit-log-catalogue.ts'
import type { MetricCatalogue } from './declaration.ts'
import { directoryCatalogue } from './directory-catalogue.ts'
import { eventFeedCatalogue } from './event-feed-catalogue.ts'
import { gitlabApiCatalogue } from './gitlab-api-catalogue.ts'
import { ingressCatalogue } from './ingress-catalogue.ts'
import { lagCatalogue } from './lag-catalogue.ts'
import { ldapSyncCatalogue } from './ldap-sync-catalogue.ts'
import { outboxCatalogue } from './outbox-catalogue.ts'
import { processCatalogue } from './process-catalogue.ts'
import { publishCatalogue } from './publish-catalogue.ts'
import { pushLogCatalogue } from './push-log-catalogue.ts'
import type { LabelValue } from './typed-metrics.ts'
import { workerCatalogue } from './worker-catalogue.ts'

/** Comes before every name of the catalogue. */
export const metricPrefix = 'gitlab_bridge_'

/**
 * Every metric of every process. A metric, a label or a label value that is not declared here does not
 * compile. Each process also exports the metrics that prom-client collects about Node, with the same prefix.
 */
export const metricCatalogue = {
  ...ingressCatalogue,
  ...publishCatalogue,
  ...workerCatalogue,
  ...gitlabApiCatalogue,
  ...auditLogCatalogue,
  ...directoryCatalogue,
  ...eventFeedCatalogue,
  ...pushLogCatalogue,
  ...ldapSyncCatalogue,
  ...outboxCatalogue,
  ...lagCatalogue,
  ...accountingCatalogue,
  ...processCatalogue,
} as const satisfies MetricCatalogue

export type BridgeCatalogue = typeof metricCatalogue

/** The values of a label whose closed set the catalogue declares. */
export type ValueOfLabel<Name extends keyof BridgeCatalogue, Label extends string> = LabelValue<
  BridgeCatalogue[Name],
  Label,
  Record<never, never>
>
