import { RefusedError } from './answer.ts'

/** Counts the clients of the process and of each token. */
export const createClientLimits = (most: number, mostOfToken: number) => {
  const counts = new Map<string | undefined, number>()
  let all = 0
  return {
    /** @returns a function that frees the place. @throws RefusedError if there is none */
    take: (token: string | undefined): (() => void) => {
      const own = counts.get(token) ?? 0
      if (all >= most) throw new RefusedError(503, `the feed already has ${most} clients`)
      if (token !== undefined && own >= mostOfToken)
        throw new RefusedError(429, `the token already has ${mostOfToken} clients`)
      counts.set(token, own + 1)
      all += 1
      return () => {
        all -= 1
        const left = (counts.get(token) ?? 1) - 1
        if (left === 0) counts.delete(token)
        else counts.set(token, left)
      }
    },
  }
}
