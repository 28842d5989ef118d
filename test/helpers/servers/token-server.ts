import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/**
 * An identity provider for tests: the token endpoint of RFC 6749 for client credentials, and the keys with
 * which its tokens (JWT, RS256) are verified. It refuses every request that the standard does not allow.
 */
export interface TokenServer {
  tokenUrl: string
  jwksUrl: string
  issuer: string
  audience: string
  clientId: string
  clientSecret: string
  scope: string
  /** How many tokens it has issued. */
  issued(): number
  /** Changes what it does from now on. */
  change(behaviour: Partial<Behaviour>): void
  close(): void
}

interface Behaviour {
  /** The claim `sub` of the tokens. */
  subject: string
  lifetimeSeconds: number
  /** The claim `aud`, where it is not the one that the brokers expect. */
  tokenAudience: string
  /** The status of every answer, or no answer at all. */
  broken: number | 'silent' | undefined
}

const audience = 'kafka'
const scope = 'kafka.write kafka.read'
const clientId = 'bridge & co'
const clientSecret = 'not:a real+secret'

/** @param tls key and certificate of the token endpoint. The keys are always served without TLS */
export const startTokenServer = async (
  changes: Partial<Behaviour> = {},
  tls?: { key: string; cert: string },
): Promise<TokenServer> => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const behaviour: Behaviour = {
    ...{ subject: 'bridge', lifetimeSeconds: 300, tokenAudience: audience, broken: undefined },
    ...changes,
  }
  let issued = 0
  const listener: RequestListener = async (request, response) => {
    const reply = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url === '/jwks')
      return void reply(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256' }] })
    if (behaviour.broken === 'silent') return
    if (behaviour.broken !== undefined) return void reply(behaviour.broken, { error: 'server_error' })
    const problem = problemOf(request, await bodyOf(request))
    if (problem !== undefined)
      return void reply(problem === 'invalid_client' ? 401 : 400, {
        error: problem,
        // Some identity providers repeat what was wrong. The client must not log it.
        error_description: `The secret ${credentialsOf(request)[1]} was sent.`,
      })
    issued++
    const token = tokenOf(privateKey, behaviour, issuer)
    reply(200, { access_token: token, token_type: 'Bearer', expires_in: behaviour.lifetimeSeconds })
  }
  const keys = createServer(listener)
  const endpoint = tls === undefined ? keys : createTlsServer(tls, listener)
  for (const server of new Set([keys, endpoint])) server.listen(0, '127.0.0.1')
  await Promise.all([...new Set([keys, endpoint])].map((server) => once(server, 'listening')))
  const issuer = `http://127.0.0.1:${portOf(keys)}`
  return {
    tokenUrl: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${portOf(endpoint)}/token`,
    jwksUrl: `${issuer}/jwks`,
    ...{ issuer, audience, clientId, clientSecret, scope },
    issued: () => issued,
    change: (more) => void Object.assign(behaviour, more),
    close: () => {
      for (const server of new Set([keys, endpoint])) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const part of request) text += part
  return text
}

/** The error code of RFC 6749, section 5.2; undefined if the request is right. */
const problemOf = ({ method, url, headers }: IncomingMessage, body: string): string | undefined => {
  if (method !== 'POST' || url !== '/token') return 'invalid_request'
  if (headers['content-type'] !== 'application/x-www-form-urlencoded') return 'invalid_request'
  const form = new URLSearchParams(body)
  if ([...form.keys()].some((name) => form.getAll(name).length > 1)) return 'invalid_request'
  if (form.has('client_id') || form.has('client_secret')) return 'invalid_request'
  const credentials = credentialsOf({ headers })
  if (credentials.length !== 2 || !headers.authorization?.startsWith('Basic ')) return 'invalid_client'
  if (credentials[0] !== clientId || credentials[1] !== clientSecret) return 'invalid_client'
  if (form.get('grant_type') !== 'client_credentials') return 'unsupported_grant_type'
  if (form.get('scope') !== scope) return 'invalid_scope'
  return form.get('audience') === audience ? undefined : 'invalid_target'
}

/** The id and the secret of the client. */
const credentialsOf = ({ headers }: Pick<IncomingMessage, 'headers'>): (string | null)[] =>
  Buffer.from((headers.authorization ?? '').split(' ')[1] ?? '', 'base64')
    .toString()
    .split(':')
    .map((text) => new URLSearchParams(`_=${text}`).get('_'))

const tokenOf = (
  key: KeyObject,
  { subject, lifetimeSeconds, tokenAudience }: Behaviour,
  issuer: string,
): string => {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    sub: subject,
    aud: tokenAudience,
    iat: now,
    exp: now + lifetimeSeconds,
    scope,
  }
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${part(claims)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}

/** The settings of a client of the token server, on brokers that trust it. */
export const oauthEnvironment = (tokens: TokenServer): Record<string, string> => ({
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_OAUTH_TOKEN_URL: tokens.tokenUrl,
  KAFKA_OAUTH_CLIENT_ID: tokens.clientId,
  KAFKA_OAUTH_CLIENT_SECRET: tokens.clientSecret,
  KAFKA_OAUTH_SCOPE: tokens.scope,
  KAFKA_OAUTH_AUDIENCE: tokens.audience,
})
