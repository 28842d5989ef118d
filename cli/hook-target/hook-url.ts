import { reachable } from '../../local/addresses.ts'
import type { Endpoints } from '../../local/endpoints.ts'

interface HookTarget {
  /** Value of `--url`. */
  url?: string | undefined
  /** Value of `--source`. */
  source: string
  /** Of `INGRESS_HOST` and `INGRESS_PORT`. */
  host: string
  port: number
  /** The user has set `INGRESS_PORT`. */
  hasOwnPort: boolean
}

/**
 * Where `bridge send` posts a hook: `--url`, or the ingress on the user's own `INGRESS_PORT`, or the running
 * local stack, or an ingress on the default port.
 */
export const hookUrl = (target: HookTarget, stack: Pick<Endpoints, 'hook_url'> | undefined): string => {
  const base = target.url ?? (isStack(target, stack) ? stack?.hook_url : undefined) ?? ingressUrl(target)
  return `${base}/${target.source}`
}

/**
 * With port 0 the local stack chose the port itself. With the same port it may still serve https instead of
 * http.
 */
const isStack = ({ hasOwnPort, port }: HookTarget, stack: Pick<Endpoints, 'hook_url'> | undefined): boolean =>
  stack !== undefined && (!hasOwnPort || port === 0 || port === portOf(new URL(stack.hook_url)))

const portOf = ({ port, protocol }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80))

const ingressUrl = ({ host, port }: HookTarget): string => `http://${reachable(host)}:${port}/hooks`
