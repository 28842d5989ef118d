import type { Metrics } from './metrics.ts'

/** The stages whose numbers must add up. docs/operations.md says what each one compares. */
export type Stage = 'ingress' | 'publish' | 'spool' | 'log' | 'worker' | 'outbox'

/** Computes how many records of a stage are unaccounted for. */
export type ReadResidue = () => number | Promise<number>

/** The stages of each process. One gauge exports them all, but different parts of the process know them. */
const stagesOf = new WeakMap<object, Map<Stage, ReadResidue>>()

/**
 * Adds a stage to the accounts of a process. Each scrape computes the residue anew. While it cannot be
 * computed, because a server does not answer, the last one stays.
 */
export const addAccount = (metrics: Metrics, stage: Stage, read: ReadResidue): void => {
  const known = stagesOf.get(metrics.registry)
  if (known !== undefined) return void known.set(stage, read)
  const stages = new Map([[stage, read]])
  stagesOf.set(metrics.registry, stages)
  const sets: { stages: readonly Stage[] } = { stages: [stage] }
  metrics.gauge('unaccounted_records', sets, async (gauge) => {
    for (const [name, residue] of stages) {
      // The numbers of a stage agree only between two tasks: a hook is answered and counted within one.
      await new Promise((resolve) => setImmediate(resolve))
      const value = await Promise.resolve(residue()).catch(() => undefined)
      if (value !== undefined) gauge.set({ stage: name }, value)
    }
  })
}

/**
 * The sum of the series of a metric, read in the tick of the call.
 *
 * @param matches selects series; all if missing
 */
export const sumOf = async (
  { registry }: Pick<Metrics, 'registry'>,
  name: string,
  matches: (labels: Readonly<Record<string, unknown>>) => boolean = () => true,
): Promise<number> => {
  const metric = await registry.getSingleMetric(name)?.get()
  const series = metric?.values ?? []
  return series.reduce((sum, { value, labels }) => (matches(labels) ? sum + value : sum), 0)
}
