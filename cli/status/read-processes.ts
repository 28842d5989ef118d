import { messageOf } from '../../lib/errors.ts'

/** What a running process says of itself. */
export interface ProcessReading {
  name: string
  /** What it says at `/readyz`; undefined if it does not answer. */
  readiness: { ok: boolean; status: string } | undefined
  /** Why it does not answer. */
  problem?: string
  /** Series without our prefix → value: `ingress_hooks_total{outcome="published"}`. */
  series: ReadonlyMap<string, number>
  /** Milliseconds of `performance.now()`. */
  at: number
}

/** How long a process may take to answer, in milliseconds. */
const answerMs = 5000

/** @param processes name → URL of its metrics */
export const readProcesses = (processes: Readonly<Record<string, string>>): Promise<ProcessReading[]> =>
  Promise.all(Object.entries(processes).map(([name, url]) => readOne(name, url)))

const readOne = async (name: string, url: string): Promise<ProcessReading> => {
  const at = performance.now()
  try {
    const [metrics, readiness] = await Promise.all([ask(url), ask(new URL('/readyz', url).href)])
    const { status } = (await readiness.json()) as { status?: unknown }
    if (typeof status !== 'string') throw new Error('/readyz does not answer as a process of the bridge')
    return { name, readiness: { ok: readiness.ok, status }, series: seriesIn(await metrics.text()), at }
  } catch (error) {
    return { name, readiness: undefined, problem: reasonOf(error), series: new Map(), at }
  }
}

const ask = (url: string): Promise<Response> => fetch(url, { signal: AbortSignal.timeout(answerMs) })

/** `fetch` hides the reason of a failed connection in the cause of its error. */
const reasonOf = (error: unknown): string =>
  messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error)

const seriesIn = (text: string): Map<string, number> =>
  new Map(
    [...text.matchAll(/^gitlab_bridge_(\S+) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]),
  )
