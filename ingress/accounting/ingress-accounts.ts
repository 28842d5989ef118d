import { addAccount, sumOf } from '../../lib/metrics/accounts.ts'
import type { Metrics } from '../../lib/metrics/metrics.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import type { Names } from '../../schemas/topics.ts'
import type { SpoolAccount } from '../spool/spool-state.ts'

export interface IngressAccountsOptions {
  metrics: Metrics
  /** How many acknowledged records are in no log. */
  inNoLog(): number
  /** What went into the spools and out of them. */
  spool(): Readonly<SpoolAccount>
}

/** Outcomes of hooks whose record the brokers have acknowledged. */
const acknowledgedOutcomes: readonly unknown[] = ['published', 'unknown', 'quarantined']

/**
 * Compares what entered each stage of the ingress with what left it. It only reads counters that exist, so
 * that a hook costs nothing more.
 */
export const addIngressAccounts = ({ metrics, inNoLog, spool }: IngressAccountsOptions): void => {
  const sum = (name: string, matches?: (labels: Readonly<Record<string, unknown>>) => boolean) =>
    sumOf(metrics, `gitlab_bridge_ingress_${name}`, matches)

  addAccount(metrics, 'log', inNoLog)

  addAccount(metrics, 'ingress', async () => {
    const [received, answered, inFlight] = await Promise.all([
      sum('received_total'),
      sum('hooks_total'),
      sum('in_flight_hooks'),
    ])
    return received - answered - inFlight
  })

  addAccount(metrics, 'publish', async () => {
    const { published } = spool()
    const [told, acknowledged] = await Promise.all([
      sum('hooks_total', ({ outcome }) => acknowledgedOutcomes.includes(outcome)),
      sum('records_total'),
    ])
    return told + published - acknowledged
  })

  addAccount(metrics, 'spool', async () => {
    const { appended, unaccounted } = spool()
    const told = await sum('hooks_total', ({ outcome }) => outcome === 'spooled')
    // A hook can be on disk although its sender was told otherwise, because the disk was slow.
    return unaccounted + Math.max(0, told - appended)
  })
}

/** Topic → records that the brokers have acknowledged to this process. */
export const acknowledgedByTopic = async (metrics: Metrics, names: Names): Promise<Map<string, number>> => {
  const records = await metrics.registry.getSingleMetric('gitlab_bridge_ingress_records_total')?.get()
  return new Map(records?.values.map(({ labels, value }) => [names.topic(labels.event as EventType), value]))
}
