import { messageOf, RefusedSettingError, RetriableError } from './errors.ts'
import type { OAuthSettings } from './oauth-settings.ts'
import { trustAlso } from './trust-also.ts'

/** A token of an identity provider. */
export interface IssuedToken {
  value: string
  /** From the request on, in milliseconds. */
  lifetimeMs: number
  /** The claim `sub` of a token that is a JWT. */
  subject: string | undefined
}

const timeoutMs = 5000
const maxAnswerBytes = 1024 * 1024

/** For a token that does not say when it expires. The brokers decide by themselves. */
const assumedLifetimeMs = 300_000

/**
 * Requests a token by client credentials (RFC 6749, section 4.4). The client authenticates with its id and
 * secret in the header `Authorization` (section 2.3.1), which every server must accept. A redirect is not
 * followed, because the secret must not reach another server.
 *
 * @throws RefusedSettingError naming the variable that the server refuses; RetriableError if the server does
 *   not answer, is not well, or asks to wait. No error contains the secret or a token
 */
export const requestOAuthToken = async (settings: OAuthSettings): Promise<IssuedToken> => {
  const { status, text } = await send(settings)
  const answer = parse(text)
  if (status === 200) return readToken(settings, answer)
  if (status >= 500 || status === 429 || status === 408)
    throw new RetriableError(`${settings.prefix}_TOKEN_URL: the token endpoint answered with ${status}`)
  throw refusal(settings, status, answer)
}

const send = async (settings: OAuthSettings): Promise<{ status: number; text: string }> => {
  const { tokenUrl, clientId, clientSecret, scope, audience, ca } = settings
  const credentials = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
  })
  // Loaded here, because most processes request no token.
  const { Agent, request } = await import('undici')
  const dispatcher = new Agent({
    maxResponseSize: maxAnswerBytes,
    connect: { timeout: timeoutMs, ...trustAlso(ca) },
  })
  try {
    const response = await request(tokenUrl, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: body.toString(),
      signal: AbortSignal.timeout(timeoutMs),
      dispatcher,
    })
    return { status: response.statusCode, text: await response.body.text() }
  } catch (error) {
    throw noAnswer(settings, error)
  } finally {
    void dispatcher.destroy()
  }
}

/** Section 2.3.1 of RFC 6749 encodes the id and the secret before they are joined. */
const formEncoded = (text: string): string => new URLSearchParams({ _: text }).toString().slice(2)

const tlsProblem = /certificate|self-signed|wrong version number|packet length too long|altname/i

const noAnswer = ({ prefix, tokenUrl }: OAuthSettings, error: unknown): Error => {
  const detail = messageOf(error) || String((error as { code?: unknown }).code)
  if (!tlsProblem.test(detail))
    return new RetriableError(
      `${prefix}_TOKEN_URL: the token endpoint ${new URL(tokenUrl).host} does not answer: ${detail}`,
    )
  const problem = `the certificate of ${new URL(tokenUrl).host} is not valid: ${detail}. `
  return new RefusedSettingError([
    { variable: `${prefix}_CA_FILE`, problem: `${problem}Name the file of the authority that issued it` },
  ])
}

const parse = (text: string): Record<string, unknown> => {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** The variable that is at fault, by the error codes of RFC 6749 (section 5.2) and RFC 8707. */
const faultyVariables: Readonly<Record<string, string>> = {
  invalid_client: 'CLIENT_SECRET',
  unauthorized_client: 'CLIENT_ID',
  invalid_scope: 'SCOPE',
  invalid_target: 'AUDIENCE',
}

const refusal = (
  { prefix, clientSecret }: OAuthSettings,
  status: number,
  answer: Record<string, unknown>,
) => {
  const code = typeof answer.error === 'string' ? answer.error : ''
  const suffix = faultyVariables[code] ?? (status === 401 ? 'CLIENT_SECRET' : 'TOKEN_URL')
  const details = [code, answer.error_description].filter((each) => typeof each === 'string' && each !== '')
  const detail = details.join(': ').slice(0, 300).replaceAll(clientSecret, '…')
  const also = suffix === 'CLIENT_SECRET' ? `, or ${prefix}_CLIENT_ID` : ''
  return new RefusedSettingError([
    {
      variable: `${prefix}_${suffix}`,
      problem: `the token endpoint refuses it${also}: ${status}${detail && ` ${detail}`}`,
    },
  ])
}

const readToken = ({ prefix }: OAuthSettings, answer: Record<string, unknown>): IssuedToken => {
  const { access_token: value, token_type: type, expires_in: expiresIn } = answer
  const isBearer = type === undefined || String(type).toLowerCase() === 'bearer'
  // A token is written between control characters in the login, so it must not contain any.
  if (typeof value !== 'string' || !isBearer || !/^[\x21-\x7e]+$/.test(value))
    throw new RefusedSettingError([
      { variable: `${prefix}_TOKEN_URL`, problem: 'the answer of the token endpoint holds no bearer token' },
    ])
  const claims = claimsOf(value)
  const seconds = Number(expiresIn)
  return {
    value,
    lifetimeMs: seconds > 0 ? seconds * 1000 : lifetimeByClaims(claims),
    subject: typeof claims.sub === 'string' ? claims.sub : undefined,
  }
}

/** The claims of a JWT, whose signature is for the receiver to verify. Another token has none here. */
const claimsOf = (token: string): Record<string, unknown> =>
  parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

const lifetimeByClaims = ({ exp, iat }: Record<string, unknown>): number => {
  const seconds = Number(exp) - Number(iat)
  return seconds > 0 ? seconds * 1000 : assumedLifetimeMs
}
