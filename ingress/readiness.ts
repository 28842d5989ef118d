import type { Health } from '../lib/http/operations-server.ts'
import type { SpoolState } from './spool/spool-state.ts'

/** What readiness is made of. */
export interface IngressState {
  isDraining: boolean
  /** Of the way to the brokers. */
  deliveryPath: 'connecting' | 'open' | 'failing'
  /** Of hooks that wait for the brokers. */
  spool: Readonly<SpoolState>
  /** The same, with those that wait for a topic alone. */
  spools: Readonly<SpoolState>
  /** Topics that take nothing while others may. */
  unavailableTopics: readonly string[]
  /** Where those in use come from; undefined while connecting. */
  schemaIds: 'registry' | 'disk' | undefined
  /** Milliseconds since 1970 when a record was last seen to go to Kafka and back; null: not yet. */
  lastReadBack: number | null
  /** Milliseconds since 1970. */
  now: number
}

/** Three canaries in a row that did not come back. */
const staleMs = 50_000

/**
 * Not ready only where a hook could be lost or should go elsewhere. While hooks are spooled they are safe: ready, but degraded,
 * since taking the ingress out of service would turn our outage into GitLab's.
 */
export const readinessOf = (state: IngressState): Health => {
  const { isDraining, deliveryPath, spool, spools, unavailableTopics, schemaIds, lastReadBack, now } = state
  if (isDraining) return { ok: false, status: 'draining' }
  const { lastFailure } = spools
  if (deliveryPath !== 'open' && spool.lastFailure !== null)
    return { ok: false, status: `spool: ${spool.lastFailure}` }
  const waiting = spool.records > 0 ? ['spooling'] : []
  const topics = unavailableTopics.length > 0 ? [`not available: ${unavailableTopics.join(', ')}`] : []
  // Out of service, the hooks that others take would be refused too.
  const refusing = lastFailure !== null ? [`spool: ${lastFailure}`] : []
  if (waiting.length + topics.length > 0)
    return { ok: true, status: `degraded: ${[...waiting, ...topics, ...refusing].join('; ')}` }
  if (spools.records > 0) return { ok: true, status: 'degraded: spooling' }
  if (deliveryPath === 'connecting') return { ok: true, status: 'degraded: connecting' }
  if (deliveryPath === 'failing') return { ok: true, status: 'degraded: the brokers do not acknowledge' }
  if (lastReadBack !== null && now - lastReadBack > staleMs)
    return { ok: true, status: 'degraded: what is published is not read back' }
  if (schemaIds === 'disk') return { ok: true, status: 'degraded: the schema registry has not answered' }
  return { ok: true, status: 'ready' }
}
