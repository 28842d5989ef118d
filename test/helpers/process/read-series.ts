/**
 * Reads every series of a process at one moment, by name and labels:
 * `consumer_handled_total{event="push",outcome="processed"}`.
 * Our prefix is left out of the names.
 *
 * @param metricsUrl the whole address, such as `http://127.0.0.1:9464/metrics`
 */
export const readAllSeries = async (metricsUrl: string): Promise<Map<string, number>> => {
  const text = await (await fetch(metricsUrl)).text()
  const lines = text.matchAll(/^gitlab_bridge_(.+) (\S+)$/gm)
  return new Map([...lines].map(([, series = '', value]) => [series, Number(value)]))
}

/** Reads one series; undefined where the process does not export it. */
export const readSeries = async (metricsUrl: string, series: string): Promise<number | undefined> =>
  (await readAllSeries(metricsUrl)).get(series)
