/**
 * What goes wrong with a request.
 *
 * `hang`: no answer ever. `cut`: the connection ends before the request has an effect. `stored_then_cut`: the
 * request has its effect, and then the connection ends. `answer`: an answer of a server in front of GitLab or
 * of GitLab itself, without an effect.
 */
export type Fault =
  | { kind: 'hang' | 'cut' | 'stored_then_cut' }
  | { kind: 'answer'; status: number; body?: string; headers?: Readonly<Record<string, string>> }

/** Which requests a fault meets. */
export interface FaultMatch {
  method?: string
  /** Tested against the path below `/api/v4`. */
  path?: RegExp
  /** How many requests it meets. Default: 1. */
  times?: number
  /** How many matching requests are answered as usual before it meets one. Default: 0. */
  after?: number
}

/** An error of the application, as GitLab words it. */
export const serverError: Fault = {
  kind: 'answer',
  status: 500,
  body: '{"message":"500 Internal Server Error"}',
}

/** A proxy whose GitLab is being upgraded. */
export const badGateway: Fault = {
  kind: 'answer',
  status: 502,
  body: '<html><body>GitLab is not responding</body></html>',
  headers: { 'content-type': 'text/html' },
}

/** A proxy that wants people to sign in. */
export const signInPage: Fault = {
  kind: 'answer',
  status: 200,
  body: '<html><body>Sign in</body></html>',
  headers: { 'content-type': 'text/html' },
}

/** Faults that wait for their requests. */
export interface Faults {
  plan(fault: Fault, match?: FaultMatch): void
  /** The fault of this request, which is used up by it. */
  take(method: string, path: string): Fault | undefined
  /** Forgets those that no request has met. */
  clear(): void
}

export const createFaults = (): Faults => {
  const planned: { fault: Fault; match: FaultMatch; left: number; spared: number }[] = []
  return {
    plan: (fault, match = {}) =>
      void planned.push({ fault, match, left: match.times ?? 1, spared: match.after ?? 0 }),
    take: (method, path) => {
      const found = planned.find(
        ({ match, left }) =>
          left > 0 && (match.method ?? method) === method && (match.path?.test(path) ?? true),
      )
      if (found === undefined) return undefined
      if (found.spared > 0) {
        found.spared -= 1
        return undefined
      }
      found.left -= 1
      return found.fault
    },
    clear: () => void planned.splice(0),
  }
}
