import { messageOf } from '../errors.ts'

/** How long a process may take to answer, in milliseconds. */
const answerMs = 5000

/** Asks a process. @throws Error if it does not answer; `reasonOf` says why */
export const ask = (url: string): Promise<Response> => fetch(url, { signal: AbortSignal.timeout(answerMs) })

/**
 * Reads the metrics of a process.
 *
 * @returns series without our prefix → value: `ingress_hooks_total{outcome="published"}`
 * @throws Error if it does not answer
 */
export const readSeries = async (url: string): Promise<ReadonlyMap<string, number>> => {
  const response = await ask(url)
  if (!response.ok) throw new Error(`the answer has the status ${response.status}`)
  return new Map(
    [...(await response.text()).matchAll(/^gitlab_bridge_(\S+) (\S+)$/gm)].map(([, name = '', value]) => [
      name,
      Number(value),
    ]),
  )
}

/** `fetch` hides the reason of a failed connection in the cause of its error. */
export const reasonOf = (error: unknown): string =>
  messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error)
