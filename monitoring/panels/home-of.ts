import { metricCatalogue } from '../../lib/metrics/catalogue.ts'
import type { MetricDeclaration } from '../../lib/metrics/declaration.ts'
import type { MetricName } from './create-selectors.ts'

/** The dashboard that shows a metric by itself. `worker:<name>` is the page of one worker. */
export type Home = 'ingress' | 'workers' | 'destinations' | `worker:${string}`

/**
 * The home of a metric follows from its declaration. A metric of one worker begins with the name of that
 * worker, or its help text says "Only of the worker <name>.". A metric about what the bridge sends to others
 * has the label `destination`.
 *
 * @param workers the names of all workers
 */
export const homeOf = (name: MetricName, workers: readonly string[]): Home => {
  const { labels = {}, help }: MetricDeclaration = metricCatalogue[name]
  const [, named] = /Only of the worker ([a-z-]+)\./.exec(help) ?? []
  const worker = named ?? workers.find((each) => name.startsWith(`${each.replaceAll('-', '_')}_`))
  if (worker !== undefined) return `worker:${worker}`
  if ('destination' in labels) return 'destinations'
  return name.startsWith('ingress_') ? 'ingress' : 'workers'
}

export const metricNames = Object.keys(metricCatalogue) as MetricName[]
