import { z } from 'zod'
import { secret } from './config.ts'
import { ConfigError, messageOf } from './errors.ts'
import { readRegularFile } from './read-regular-file.ts'

/** How to get tokens from an identity provider, by OAuth 2.0 client credentials (RFC 6749, section 4.4). */
export interface OAuthSettings {
  tokenUrl: string
  clientId: string
  clientSecret: string
  scope: string | undefined
  audience: string | undefined
  /** Certificate authorities in PEM, in addition to those that Node trusts. */
  ca: string | undefined
  /** The first part of the names of the variables, such as `KAFKA_OAUTH`, for errors. */
  prefix: string
}

/** The arguments of `refine` for an address whose login is in other variables. */
export const withoutLogin = [
  (url: string) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '',
  'must not hold a user name or password: they have variables of their own',
] as const

/** The variables of one client of an identity provider: `<prefix>_TOKEN_URL` and so on. */
export const oauthVariables = <P extends string>(prefix: P, whose: string) => {
  const optional = (description: string) => z.string().optional().describe(description)
  const variables = {
    [`${prefix}_TOKEN_URL`]: z
      .url({ protocol: /^https?$/, error: 'must be a URL that begins with https: or http:' })
      .refine(...withoutLogin)
      .optional()
      .describe(`Token endpoint of the identity provider that issues tokens for ${whose}.`),
    [`${prefix}_CLIENT_ID`]: optional('Id of the bridge as a client of the identity provider.'),
    [`${prefix}_CLIENT_SECRET`]: optional('Secret of that client.').meta(secret),
    [`${prefix}_SCOPE`]: optional('Scopes of the token, separated by spaces.'),
    [`${prefix}_AUDIENCE`]: optional('Audience of the token, if the identity provider asks for it.'),
    [`${prefix}_CA_FILE`]: optional('Certificate authority of the token endpoint, PEM.'),
  }
  return variables as Record<`${P}_TOKEN_URL`, z.ZodOptional<z.ZodURL>> &
    Record<`${P}_${'CLIENT_ID' | 'CLIENT_SECRET' | 'SCOPE' | 'AUDIENCE' | 'CA_FILE'}`, OptionalText>
}

type OptionalText = z.ZodOptional<z.ZodString>

/**
 * @param values the variables after `readVariables`
 * @param because the variable for which the client is needed
 * @throws ConfigError naming each variable that is missing, or the file that cannot be read
 */
export const readOAuth = (
  prefix: string,
  values: Readonly<Record<string, unknown>>,
  because: string,
): OAuthSettings => {
  const text = (name: string): string | undefined => {
    const value = values[`${prefix}_${name}`]
    return typeof value === 'string' ? value : undefined
  }
  const missing = ['TOKEN_URL', 'CLIENT_ID', 'CLIENT_SECRET'].filter((name) => text(name) === undefined)
  if (missing.length > 0)
    throw new ConfigError(
      missing.map((name) => ({
        variable: `${prefix}_${name}`,
        problem: `is not set, but it is needed because ${because}`,
      })),
    )
  return {
    tokenUrl: text('TOKEN_URL') ?? '',
    clientId: text('CLIENT_ID') ?? '',
    clientSecret: text('CLIENT_SECRET') ?? '',
    scope: text('SCOPE'),
    audience: text('AUDIENCE'),
    ca: readCa(`${prefix}_CA_FILE`, text('CA_FILE')),
    prefix,
  }
}

/** @throws ConfigError if the file cannot be read */
export const readCa = (variable: string, file: string | undefined): string | undefined => {
  if (file === undefined) return undefined
  try {
    return readRegularFile(file).toString()
  } catch (error) {
    throw new ConfigError([{ variable, problem: `cannot read ${file}: ${messageOf(error)}` }])
  }
}
