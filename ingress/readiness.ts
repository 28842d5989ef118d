import type { Health } from '../lib/operations.ts'
import type { SpoolState } from './spool/spool.ts'

/** What readiness is made of. */
export interface IngressState {
  isDraining: boolean
  outlet: 'connecting' | 'open'
  /** Of hooks that wait for the brokers. */
  spool: Readonly<SpoolState>
  /** Hooks on disk, those included that wait for a topic alone. */
  spooledHooks: number
  /** Topics that take nothing while others may. */
  unavailableTopics: readonly string[]
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
export const readinessOf = ({ isDraining, outlet, spool, spooledHooks, unavailableTopics, lastReadBack, now }: IngressState): Health => {
  if (isDraining) return { ok: false, status: 'draining' }
  const mustSpool = spool.records > 0 || outlet === 'connecting'
  if (mustSpool && spool.lastFailure !== null) return { ok: false, status: `spool: ${spool.lastFailure}` }
  if (unavailableTopics.length > 0) return { ok: true, status: `degraded: not available: ${unavailableTopics.join(', ')}` }
  if (spooledHooks > 0) return { ok: true, status: 'degraded: spooling' }
  if (outlet === 'connecting') return { ok: true, status: 'degraded: connecting' }
  if (lastReadBack !== null && now - lastReadBack > staleMs) return { ok: true, status: 'degraded: what is published is not read back' }
  return { ok: true, status: 'ready' }
}
