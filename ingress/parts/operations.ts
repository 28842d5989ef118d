import type { OperationsOptions } from '../../lib/http/operations-server.ts'
import type { Canary } from '../publish/canary.ts'
import type { IngressParts } from './create-parts.ts'
import { readinessOf } from './readiness.ts'

/** What the operations port reports: readiness, and the gauges that are only computed for a scrape. */
export const operationsOptions = (
  parts: IngressParts,
  canary: Pick<Canary, 'lastReadBack'>,
): OperationsOptions => {
  const { settings, allMetrics, metrics, credentials, spools, deliveryPath } = parts
  const { access, schemaIdsFrom, phase } = parts
  const unavailableTopics = () => deliveryPath.publisher()?.unavailableTopics() ?? []
  return {
    host: settings.METRICS_HOST,
    port: settings.METRICS_PORT,
    registry: allMetrics.registry,
    isAlive: () => ({ ok: true, status: 'alive' }),
    isReady: () =>
      readinessOf({
        isDraining: phase.isDraining,
        deliveryPath: deliveryPath.state(),
        connectProblem: deliveryPath.problem(),
        refusedRights: access.refusal(),
        spool: spools.common.state,
        spools: spools.state(),
        unavailableTopics: unavailableTopics(),
        schemaIds: schemaIdsFrom(),
        lastReadBack: canary.lastReadBack(),
        now: performance.now(),
      }),
    beforeScrape: () => {
      const { records, bytes, setAside, oldestReceivedAt } = spools.state()
      credentials.updateGauge()
      metrics.unavailableTopics.set(unavailableTopics().length)
      metrics.spoolRecords.set(records)
      metrics.spoolBytes.set(bytes)
      metrics.spoolLimitBytes.set(settings.INGRESS_SPOOL_MAX_BYTES)
      metrics.spoolSetAside.set(setAside)
      // The clock may have been set back since the hook was received.
      const ageMs = oldestReceivedAt === null ? 0 : Math.max(0, Date.now() - oldestReceivedAt)
      metrics.spoolOldest.set(ageMs / 1000)
    },
  }
}
