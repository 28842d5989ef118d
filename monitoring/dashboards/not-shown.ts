import { type Home, homeOf, metricNames } from '../panels/home-of.ts'
import { metricPanel } from '../panels/metric-panel.ts'
import type { Panel } from '../panels/panel.ts'

/**
 * Panels of the metrics whose home is a dashboard and that none of its written panels shows. A new metric of
 * the catalogue gets its panel here.
 *
 * @param panelOf makes the panel of one metric; the default needs no further matchers
 */
export const notShown = (
  home: Home,
  workers: readonly string[],
  written: readonly Panel[],
  panelOf: typeof metricPanel = metricPanel,
): Panel[] => {
  const queries = written.flatMap((panel) => panel.queries.map(({ expr }) => expr)).join('\n')
  const isShown = (name: string) => new RegExp(`gitlab_bridge_${name}(_bucket|_sum|_count)?\\b`).test(queries)
  return metricNames
    .filter((name) => homeOf(name, workers) === home && !isShown(name))
    .map((name) => panelOf(name))
}
