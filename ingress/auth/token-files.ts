import type { Environment } from '../../lib/config.ts'
import { ConfigError } from '../../lib/errors.ts'

interface Tokens {
  INGRESS_SECRET_TOKENS: readonly string[]
  INGRESS_SIGNING_TOKENS: readonly string[]
}

const variables = ['INGRESS_SECRET_TOKENS', 'INGRESS_SIGNING_TOKENS'] as const

/**
 * The files from which the tokens of `/hooks` were read.
 *
 * @throws ConfigError if such a file holds no token. While the sources file has other sources, an emptied
 *   file would remove the source of `/hooks`, and GitLab would get 401 for every hook.
 */
export const tokenFilesOf = (env: Environment, tokens: Tokens): string[] => {
  const emptied = variables.filter((name) => env[`${name}_FILE`] && tokens[name].length === 0)
  if (emptied.length > 0)
    throw new ConfigError(
      emptied.map((name) => ({ variable: `${name}_FILE`, problem: 'names a file that holds no token' })),
    )
  return variables.flatMap((name) => env[`${name}_FILE`] || [])
}
