import type { IngressMetrics } from '../metrics.ts'
import type { Proven } from './authenticate.ts'
import type { Source } from './source.ts'

type Gauge = IngressMetrics['credentialUsed']

/**
 * One series for each credential that is configured: where another one takes its place it begins at 0, and it goes where none does.
 * What stays in its place keeps its time, however often something else is changed.
 */
export interface CredentialSeries {
  configure(sources: readonly Source[]): void
  /** @param at milliseconds since 1970 */
  note(source: string, proven: Proven, at: number): void
  /** Brings the gauge up to date, before each scrape: to set it with every hook costs more than the hook's key and headers. */
  show(): void
}

interface Series {
  labels: { source: string; proof: Proven['by']; credential: string }
  /** The credential's own. */
  bytes: Buffer
  /** Milliseconds since 1970; 0: never. */
  usedAt: number
}

export const createCredentialSeries = (gauge: Pick<Gauge, 'set' | 'remove'>): CredentialSeries => {
  let known = new Map<string, Series>()
  return {
    configure: (sources) => {
      const configured = new Map(sources.flatMap(seriesOf).map((series) => [placeOf(series.labels), series]))
      for (const [place, { labels }] of known) if (!configured.has(place)) gauge.remove(labels)
      for (const [place, series] of configured) {
        const before = known.get(place)
        if (before?.bytes.equals(series.bytes) === true) series.usedAt = before.usedAt
        else gauge.set(series.labels, 0)
      }
      known = configured
    },
    note: (source, { by, label }, at) => {
      const series = known.get(placeOf({ source, proof: by, credential: label }))
      if (series !== undefined) series.usedAt = at
    },
    show: () => {
      for (const { labels, usedAt } of known.values()) gauge.set(labels, usedAt / 1000)
    },
  }
}

const placeOf = ({ source, proof, credential }: Series['labels']): string =>
  `${source} ${proof} ${credential}`

const seriesOf = ({ label: source, secrets, signingKeys }: Source): Series[] => [
  ...secrets.map(
    ({ label, bytes }): Series => ({
      labels: { source, proof: 'token', credential: label },
      bytes,
      usedAt: 0,
    }),
  ),
  ...signingKeys.map(
    ({ label, bytes }): Series => ({
      labels: { source, proof: 'signature', credential: label },
      bytes,
      usedAt: 0,
    }),
  ),
]
