import type { Proven } from './authenticate.ts'
import type { Source } from './source.ts'

/**
 * Keeps one series of the metric for each configured credential: the time of its last use. The series of a
 * removed credential is removed. A credential that replaces another starts at 0. All others keep their
 * times when the configuration changes.
 */
export interface CredentialSeries {
  configure(sources: readonly Source[]): void
  /** @param at milliseconds since 1970 */
  noteUse(source: string, proven: Proven, at: number): void
  /**
   * Writes the times to the gauge. To be called before a scrape: writing with every hook would be expensive.
   */
  updateGauge(): void
}

interface Labels {
  source: string
  proof: Proven['by']
  credential: string
}

/** The part of a gauge of prom-client that is used. */
interface Gauge {
  set(labels: Labels, value: number): void
  remove(labels: Labels): void
}

interface Series {
  labels: Labels
  /** The secret of the credential, to tell whether it was replaced. */
  bytes: Buffer
  /** Milliseconds since 1970; 0: never. */
  usedAt: number
}

export const createCredentialSeries = (gauge: Gauge): CredentialSeries => {
  let current = new Map<string, Series>()
  return {
    configure: (sources) => {
      const configured = new Map(sources.flatMap(seriesOf).map((series) => [keyOf(series.labels), series]))
      for (const [key, { labels }] of current) {
        if (!configured.has(key)) gauge.remove(labels)
      }
      for (const [key, series] of configured) {
        const previous = current.get(key)
        if (previous?.bytes.equals(series.bytes) === true) series.usedAt = previous.usedAt
        else gauge.set(series.labels, 0)
      }
      current = configured
    },
    noteUse: (source, { by, label }, at) => {
      const series = current.get(keyOf({ source, proof: by, credential: label }))
      if (series !== undefined) series.usedAt = at
    },
    updateGauge: () => {
      for (const { labels, usedAt } of current.values()) gauge.set(labels, usedAt / 1000)
    },
  }
}

const keyOf = ({ source, proof, credential }: Labels): string => `${source} ${proof} ${credential}`

const seriesOf = (source: Source): Series[] => [
  ...source.secrets.map(({ label, bytes }) => unused(source, 'token', label, bytes)),
  ...source.signingKeys.map(({ label, bytes }) => unused(source, 'signature', label, bytes)),
]

const unused = (source: Source, proof: Proven['by'], credential: string, bytes: Buffer): Series => ({
  labels: { source: source.label, proof, credential },
  bytes,
  usedAt: 0,
})
