import { secretsOf } from '../delivery/routes/secrets-of.ts'
import { attempt } from '../delivery/send/attempt.ts'
import type { Attempt } from '../delivery/send/courier.ts'
import { outboundOf } from '../delivery/send/outbounds.ts'
import type { GitlabDestination } from './gitlab/open-gitlabs.ts'

/** Asks a GitLab what the token may do. No note is written, because that needs a merge request. */
export const checkGitlab = (destination: GitlabDestination): Promise<Attempt> => {
  const outbound = outboundOf(destination)
  const request = {
    method: 'GET' as const,
    url: `${destination.url.replace(/\/+$/, '')}/api/v4/personal_access_tokens/self`,
    headers: { accept: 'application/json', 'private-token': destination.token ?? '' },
    body: undefined,
    signal: AbortSignal.timeout(destination.timeout_seconds * 1000),
  }
  const judge = ({ text }: { text: string }) =>
    /"scopes":\[[^\]]*"(api|granular)"/.test(text) ? {} : undefined
  return attempt(outbound, request, secretsOf(destination), judge).finally(() => outbound.close())
}
