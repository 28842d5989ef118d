import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, UsageError } from '../../lib/errors.ts'
import { instance } from './company/names.ts'
import type { ToldHook } from './story.ts'
import type { SimulationTarget } from './target.ts'

const pauseMs = 1000

/** The headers that GitLab 19 sends with a hook. */
export const headersOf = ({ header, id }: ToldHook): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'GitLab/19.4.0',
  'x-gitlab-event': header,
  'x-gitlab-instance': instance,
  'idempotency-key': id,
  'webhook-id': id,
})

/**
 * Posts a hook. While the ingress does not answer or answers 5xx, the hook is posted again every second with
 * the same id, so that a story survives a restart of the ingress.
 *
 * @param warn called once for each hook that must wait
 * @throws UsageError if the ingress refuses the hook; the reason of the signal once it is aborted
 */
export const postHook = async (
  { url, token }: SimulationTarget,
  hook: ToldHook,
  signal: AbortSignal,
  warn: (reason: string) => void,
): Promise<void> => {
  const request = {
    method: 'POST',
    headers: { ...headersOf(hook), 'x-gitlab-token': token },
    body: JSON.stringify(hook.body),
    signal,
  }
  for (let attempts = 0; ; attempts += 1) {
    const reason = await problemOf(url, request)
    if (reason === undefined) return
    signal.throwIfAborted()
    if (attempts === 0) warn(reason)
    await sleep(pauseMs, undefined, { signal })
  }
}

/** Why the hook must wait; undefined if it was accepted. @throws UsageError if it was refused */
const problemOf = async (url: string, request: RequestInit): Promise<string | undefined> => {
  const response = await fetch(url, request).catch((error: Error) => messageOf(error.cause ?? error))
  if (typeof response === 'string') return `${url} cannot be reached: ${response}`
  const answer = await response.text()
  if (response.ok) return undefined
  if (response.status >= 500) return `${url} answers ${response.status}: ${answer}`
  throw new UsageError(`${url} answers ${response.status}: ${answer}${adviceOn(response.status)}`)
}

const adviceOn = (status: number): string =>
  status === 401
    ? '\nSet INGRESS_SECRET_TOKENS to a token of that ingress. The token of the hooks is made from it.'
    : ''
