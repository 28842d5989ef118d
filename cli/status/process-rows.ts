import type { ProcessReading } from './read-processes.ts'
import type { CanaryRow, ErrorRow, IngressRow, ProcessRow, SpoolRow, StatusRow } from './rows.ts'

/**
 * What the processes say of themselves.
 *
 * @param before an earlier reading, from which rates follow
 * @param now seconds since 1970
 */
export const processRows = (
  readings: readonly ProcessReading[],
  before: readonly ProcessReading[],
  now: number,
): StatusRow[] =>
  readings.flatMap((reading) => {
    const earlier = before.find(({ name }) => name === reading.name)
    const ofIngress = reading.series.has('ingress_received_total')
      ? [ingressRow(reading, earlier), spoolRow(reading), canaryRow(reading, now)]
      : []
    return [...ofIngress, processRow(reading), ...publishErrors(reading, earlier)]
  })

const ingressRow = (reading: ProcessReading, earlier: ProcessReading | undefined): IngressRow => {
  const rate = riseOf('ingress_received_total', reading, earlier)
  const answers = [...reading.series].flatMap(([name, value]) => {
    const [, outcome] = /^ingress_hooks_total\{outcome="(\w+)"\}$/.exec(name) ?? []
    return outcome === undefined || value === 0 ? [] : [[outcome, value] as const]
  })
  return {
    part: 'ingress',
    process: reading.name,
    hooks_per_second: rate === undefined ? null : rate.by / rate.seconds,
    answers: Object.fromEntries(answers),
    lost_now: riseOf('ingress_hooks_total{outcome="unavailable"}', reading, earlier)?.by ?? 0,
  }
}

const spoolRow = ({ name, series }: ProcessReading): SpoolRow => {
  const limit = series.get('ingress_spool_limit_bytes') ?? 0
  return {
    part: 'spool',
    process: name,
    records: series.get('ingress_spool_records') ?? 0,
    oldest_age_seconds: series.get('ingress_spool_oldest_age_seconds') ?? 0,
    used: limit === 0 ? null : (series.get('ingress_spool_bytes') ?? 0) / limit,
    set_aside: series.get('ingress_spool_set_aside') ?? 0,
    unavailable_topics: series.get('ingress_unavailable_topics') ?? 0,
  }
}

const canaryRow = ({ name, series }: ProcessReading, now: number): CanaryRow => {
  const readBack = series.get('ingress_canary_read_back_timestamp_seconds') ?? 0
  return { part: 'canary', process: name, age_seconds: readBack === 0 ? null : Math.max(0, now - readBack) }
}

const processRow = ({ name, readiness, problem = '', series }: ProcessReading): ProcessRow => {
  const residues = [...series].filter(([each]) => each.startsWith('unaccounted_records{'))
  return {
    part: 'process',
    process: name,
    state: readiness === undefined ? 'no answer' : readiness.ok ? 'ready' : 'not ready',
    status: readiness?.status ?? problem,
    unaccounted: residues.reduce((sum, [, value]) => sum + Math.abs(value), 0),
  }
}

const publishErrors = (reading: ProcessReading, earlier: ProcessReading | undefined): ErrorRow[] =>
  [...reading.series.keys()].flatMap((name) => {
    const [, cause] = /^ingress_publish_failures_total\{cause="(\w+)"\}$/.exec(name) ?? []
    const rise = cause === undefined ? undefined : riseOf(name, reading, earlier)
    if (rise === undefined || rise.by === 0) return []
    const says = `${rise.by} produce requests failed in the last ${rise.seconds.toFixed(0)} s: ${cause}`
    return [{ part: 'error', of: reading.name, says, at: null }]
  })

/** @returns undefined without an earlier reading, and after the process has started again */
const riseOf = (series: string, reading: ProcessReading, earlier: ProcessReading | undefined) => {
  const [value, old] = [reading.series.get(series), earlier?.series.get(series)]
  if (value === undefined || old === undefined || earlier === undefined || value < old) return undefined
  return { by: value - old, seconds: Math.max(0.001, (reading.at - earlier.at) / 1000) }
}
