import { type InventedSource, inventedSources, inventedToken } from '../../lib/invented-sources.ts'
import { createSource, type Source } from './source.ts'

/**
 * The sources of invented events, which every ingress has beside the configured ones. Their secret tokens are
 * made from the credentials of the configured sources, so that nobody must configure them, and so that a hook
 * in GitLab, which has a credential itself, cannot be sent to them. Where a configured source accepts only
 * signatures, its secret tokens count for nothing here, too.
 */
export const createInventedSources = (configured: readonly Source[]): Source[] =>
  inventedSources.map((name) => createInventedSource(name, configured))

const createInventedSource = (name: InventedSource, configured: readonly Source[]): Source => {
  const credentials = configured.flatMap(({ accepts, secrets, signingKeys }) => [
    ...(accepts === 'signature' ? [] : secrets),
    ...signingKeys,
  ])
  const instances = [...new Set(configured.map(({ instance }) => instance))]
  return createSource(name, {
    secret_tokens: credentials.map(({ bytes }) => inventedToken(bytes, name)),
    signing_tokens: [],
    require_signature: false,
    allowed_cidrs: allowedCidrsOf(configured),
    instance: instances.length === 1 ? instances[0] : undefined,
  })
}

/** All ranges of all sources; none, which allows any address, if a source has none. */
const allowedCidrsOf = (configured: readonly Source[]): string[] =>
  configured.some(({ allowedCidrs }) => allowedCidrs.length === 0)
    ? []
    : configured.flatMap(({ allowedCidrs }) => allowedCidrs)
