import { z } from 'zod'
import { type Environment, list, readVariables, secret } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { inventedToken, isInvented } from '../../lib/invented-sources.ts'
import type { Endpoints } from '../../local/endpoints.ts'

const variables = z.object({
  INGRESS_SECRET_TOKENS: list().optional().meta(secret),
  INGRESS_SIGNING_TOKENS: list().optional().meta(secret),
})

/**
 * The token of a hook that a command posts. A configured source wants its secret token. A source of invented
 * events wants a token that is made from any credential of a configured source.
 *
 * @throws UsageError naming the variables, if no credential is known
 */
export const hookTokenOf = (
  source: string,
  env: Environment,
  stack: Pick<Endpoints, 'secret_token'> | undefined,
): string => {
  const { INGRESS_SECRET_TOKENS, INGRESS_SIGNING_TOKENS } = readVariables(variables, env)
  const secretToken = INGRESS_SECRET_TOKENS?.[0] ?? stack?.secret_token ?? undefined
  if (!isInvented(source)) return secretToken ?? fail('INGRESS_SECRET_TOKENS')
  // Where the ingress accepts only signed hooks, it makes no token from a secret token.
  const signingToken = INGRESS_SIGNING_TOKENS?.[0]
  if (signingToken !== undefined)
    return inventedToken(Buffer.from(signingToken.replace('whsec_', ''), 'base64'), source)
  return inventedToken(secretToken ?? fail('INGRESS_SECRET_TOKENS or INGRESS_SIGNING_TOKENS'), source)
}

const fail = (variables: string): never => {
  throw new UsageError(`No secret token is known. Set ${variables}, or start the local stack (npm start).`)
}
