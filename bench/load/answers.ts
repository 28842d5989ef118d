import type { LoadResult } from './load.ts'

/** Collects the answers of a receiver. */
export interface Answers {
  add(status: number, ms: number): void
  /** Counts hooks that were never answered. */
  fail(count: number): void
  count(): number
  /** @param seconds how long the load took */
  result(seconds: number): LoadResult
}

/** Keeps every latency, so that quantiles are exact and not the limits of the buckets of a histogram. */
export const createAnswers = (): Answers => {
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  const count = (status: number, by: number) => {
    statuses[status] = (statuses[status] ?? 0) + by
  }
  return {
    add: (status, ms) => {
      latencies.push(ms)
      count(status, 1)
    },
    fail: (by) => {
      if (by > 0) count(0, by)
    },
    count: () => latencies.length,
    result: (seconds) => {
      const sorted = Float64Array.from(latencies).sort()
      const quantile = (q: number) =>
        sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
      return {
        statuses,
        answered: sorted.length,
        seconds,
        p50: quantile(0.5),
        p99: quantile(0.99),
        p999: quantile(0.999),
      }
    },
  }
}
