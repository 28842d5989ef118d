import type { Health } from '../../lib/http/operations-server.ts'
import type { SpoolState } from '../spool/spool-state.ts'

/** What the readiness depends on. */
export interface IngressState {
  isDraining: boolean
  deliveryPath: 'connecting' | 'open' | 'failing'
  /** Why the ingress cannot connect, if that will not go away by itself. */
  connectProblem: string | undefined
  /** The rights on Kafka that the ingress lacks, in a sentence. */
  refusedRights: string | undefined
  /** Of the hooks that wait for the brokers. */
  spool: Readonly<SpoolState>
  /** Of these and the hooks that wait for single topics. */
  spools: Readonly<SpoolState>
  /** The topics that accept no records now, while others may. */
  unavailableTopics: readonly string[]
  /** Where the schema ids in use come from; undefined while connecting. */
  schemaIds: 'registry' | 'disk' | undefined
  /**
   * When a canary record was last read back from Kafka, in milliseconds of the monotonic clock; null before
   * the first.
   */
  lastReadBack: number | null
  /** Milliseconds of the monotonic clock. */
  now: number
}

/** At least three canary records in a row that were not read back: INGRESS_CANARY_SECONDS is at most 15. */
const staleMs = 50_000

/**
 * The ingress is not ready only if hooks could be lost or if another process should take them. While it can
 * spool hooks, it is ready but degraded. If a load balancer took it out of service then, GitLab would get
 * errors for our outage, and would disable the hooks.
 */
export const readinessOf = (state: IngressState): Health => {
  const { isDraining, deliveryPath, spool } = state
  if (isDraining) return { ok: false, status: 'draining' }
  if (deliveryPath !== 'open' && spool.lastFailure !== null)
    return { ok: false, status: `spool: ${spool.lastFailure}` }
  const problem =
    cannotConnect(state) ?? withRefusedRights(state, waitingHooksOf(state) ?? connectionProblemOf(state))
  return { ok: true, status: problem === undefined ? 'ready' : `degraded: ${problem}` }
}

const cannotConnect = ({ connectProblem }: IngressState): string | undefined =>
  connectProblem === undefined ? undefined : `cannot connect: ${connectProblem}`

/** A missing right may be the cause of the other problem, so it comes first. */
const withRefusedRights = (
  { refusedRights }: IngressState,
  problem: string | undefined,
): string | undefined => {
  if (refusedRights === undefined) return problem
  return problem === undefined ? refusedRights : `${refusedRights}; ${problem}`
}

/** Whether hooks wait for the brokers or for topics, and whether there is room for more of them. */
const waitingHooksOf = ({ spool, spools, unavailableTopics }: IngressState): string | undefined => {
  const problems: string[] = []
  if (spool.records > 0) problems.push('spooling')
  if (unavailableTopics.length > 0) problems.push(`not available: ${unavailableTopics.join(', ')}`)
  if (problems.length === 0) return spools.records > 0 ? 'spooling' : undefined
  // The ingress stays ready, since other hooks are still accepted.
  if (spools.lastFailure !== null) problems.push(`spool: ${spools.lastFailure}`)
  return problems.join('; ')
}

const connectionProblemOf = (state: IngressState): string | undefined => {
  const { deliveryPath, lastReadBack, schemaIds, now } = state
  if (deliveryPath === 'connecting') return 'connecting'
  if (deliveryPath === 'failing') return 'the brokers do not acknowledge'
  if (lastReadBack !== null && now - lastReadBack > staleMs) return 'published records are not read back'
  return schemaIds === 'disk' ? 'the schema registry has not answered' : undefined
}
