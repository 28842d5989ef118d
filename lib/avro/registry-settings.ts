import { z } from 'zod'
import { secret } from '../config.ts'
import { ConfigError } from '../errors.ts'
import { oauthVariables, readCa, readOAuth, withoutLogin } from '../oauth-settings.ts'
import { createOAuthTokens } from '../oauth-tokens.ts'

export const registryVariables = z.object({
  SCHEMA_REGISTRY_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http: or https:' })
    .refine(...withoutLogin)
    .describe('Confluent-compatible schema registry, with its base path if it has one.'),
  SCHEMA_REGISTRY_CA_FILE: z.string().optional().describe('Certificate authority of the registry, PEM.'),
  SCHEMA_REGISTRY_USERNAME: z.string().optional().describe('User name at the registry.'),
  SCHEMA_REGISTRY_PASSWORD: z.string().optional().describe('Password at the registry.').meta(secret),
  SCHEMA_REGISTRY_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be one word')
    .optional()
    .describe('Bearer token for the registry, instead of a user name.')
    .meta(secret),
  ...oauthVariables('SCHEMA_REGISTRY_OAUTH', 'the registry, instead of SCHEMA_REGISTRY_TOKEN'),
})
export type RegistrySettings = z.output<typeof registryVariables>

/** How the registry is called. */
export interface RegistryAccess {
  /** Certificate authorities in PEM, in addition to those that Node trusts. */
  ca: string | undefined
  /** The header `Authorization`; undefined without credentials. @throws see `OAuthTokens` */
  authorization(): Promise<string | undefined>
  /** The variables that somebody should check when the registry refuses the credentials. */
  variables: string
}

/** @throws ConfigError if two kinds of credentials are set, or if a file cannot be read */
export const readRegistryAccess = (settings: RegistrySettings): RegistryAccess => {
  const {
    SCHEMA_REGISTRY_USERNAME: username,
    SCHEMA_REGISTRY_PASSWORD: password = '',
    SCHEMA_REGISTRY_TOKEN: token,
    SCHEMA_REGISTRY_OAUTH_TOKEN_URL: tokenUrl,
  } = settings
  const kinds = ['USERNAME', 'TOKEN', 'OAUTH_TOKEN_URL'] as const
  const given = kinds.map((kind) => `SCHEMA_REGISTRY_${kind}` as const).filter((name) => settings[name])
  if (given[0] !== undefined && given[1] !== undefined)
    throw new ConfigError([{ variable: given[1], problem: `cannot be used together with ${given[0]}` }])
  const ca = readCa('SCHEMA_REGISTRY_CA_FILE', settings.SCHEMA_REGISTRY_CA_FILE)
  if (tokenUrl !== undefined) {
    const because = 'SCHEMA_REGISTRY_OAUTH_TOKEN_URL is set'
    const tokens = createOAuthTokens(readOAuth('SCHEMA_REGISTRY_OAUTH', settings, because))
    const variables = 'SCHEMA_REGISTRY_OAUTH_SCOPE and SCHEMA_REGISTRY_OAUTH_AUDIENCE'
    return { ca, variables, authorization: async () => `Bearer ${await tokens.current()}` }
  }
  if (token !== undefined)
    return { ca, variables: 'SCHEMA_REGISTRY_TOKEN', authorization: async () => `Bearer ${token}` }
  const variables = 'SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD'
  const basic =
    username === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return { ca, variables, authorization: async () => basic }
}
