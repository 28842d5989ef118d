import { ask, readSeries, reasonOf } from '../../lib/http/read-series.ts'

/** What a running process says of itself. */
export interface ProcessReading {
  name: string
  /** What it says at `/readyz`; undefined if it does not answer. */
  readiness: { ok: boolean; status: string } | undefined
  /** Why it does not answer. */
  problem?: string
  /** As `readSeries` reads them. */
  series: ReadonlyMap<string, number>
  /** Milliseconds of `performance.now()`. */
  at: number
}

/** @param processes name → URL of its metrics */
export const readProcesses = (processes: Readonly<Record<string, string>>): Promise<ProcessReading[]> =>
  Promise.all(Object.entries(processes).map(([name, url]) => readOne(name, url)))

const readOne = async (name: string, url: string): Promise<ProcessReading> => {
  const at = performance.now()
  try {
    const [series, readiness] = await Promise.all([readSeries(url), ask(new URL('/readyz', url).href)])
    const { status } = (await readiness.json()) as { status?: unknown }
    if (typeof status !== 'string') throw new Error('/readyz does not answer as a process of the bridge')
    return { name, readiness: { ok: readiness.ok, status }, series, at }
  } catch (error) {
    return { name, readiness: undefined, problem: reasonOf(error), series: new Map(), at }
  }
}
