import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { RefusedSettingError, RetriableError } from '../../../lib/errors.ts'
import type { OAuthSettings } from '../../../lib/oauth-settings.ts'
import { requestOAuthToken } from '../../../lib/request-oauth-token.ts'
import { freePort } from '../../helpers/process/free-ports.ts'
import { createTlsFiles } from '../../helpers/servers/tls-files.ts'
import { startTokenServer } from '../../helpers/servers/token-server.ts'

const open = async (t: TestContext, ...options: Parameters<typeof startTokenServer>) => {
  const server = await startTokenServer(...options)
  t.after(() => server.close())
  const { tokenUrl, clientId, clientSecret, scope, audience } = server
  const settings: OAuthSettings = {
    ...{ tokenUrl, clientId, clientSecret, scope, audience },
    ...{ ca: undefined, prefix: 'KAFKA_OAUTH' },
  }
  return { server, settings }
}

const failureOf = async (settings: OAuthSettings): Promise<Error> => {
  const error = await requestOAuthToken(settings).then(
    () => assert.fail('a token'),
    (thrown: Error) => thrown,
  )
  assert.ok(!error.message.includes(settings.clientSecret), error.message)
  return error
}

test('a token has its lifetime and its subject, also with special characters in the secret', async (t) => {
  const { settings } = await open(t, { subject: 'me', lifetimeSeconds: 77 })
  const { value, lifetimeMs, subject } = await requestOAuthToken(settings)
  assert.equal(value.split('.').length, 3)
  assert.deepEqual([lifetimeMs, subject], [77_000, 'me'])
})

test('a refusal names the variable at fault, and never the secret', async (t) => {
  const { settings, server } = await open(t)
  const cases: [Partial<OAuthSettings>, RegExp][] = [
    [
      { clientSecret: 'wrong' },
      /^KAFKA_OAUTH_CLIENT_SECRET: .* or KAFKA_OAUTH_CLIENT_ID: 401 invalid_client/,
    ],
    [{ clientId: 'other' }, /^KAFKA_OAUTH_CLIENT_SECRET: /],
    [{ scope: 'everything' }, /^KAFKA_OAUTH_SCOPE: .*: 400 invalid_scope/],
    [{ audience: undefined }, /^KAFKA_OAUTH_AUDIENCE: .*: 400 invalid_target/],
    [{ tokenUrl: server.jwksUrl }, /^KAFKA_OAUTH_TOKEN_URL: .* holds no bearer token/],
    [{ tokenUrl: `${server.issuer}/other` }, /^KAFKA_OAUTH_TOKEN_URL: .*: 400 invalid_request/],
  ]
  for (const [changes, message] of cases) {
    const error = await failureOf({ ...settings, ...changes })
    assert.ok(error instanceof RefusedSettingError)
    assert.match(error.message, message)
  }
  const described = await failureOf({ ...settings, scope: 'everything' })
  assert.match(described.message, /The secret … was sent/)
})

test('an endpoint that is away or not well is tried again', async (t) => {
  const { settings, server } = await open(t)
  for (const broken of [500, 503, 429]) {
    server.change({ broken })
    const error = await failureOf(settings)
    assert.ok(error instanceof RetriableError)
    assert.match(error.message, new RegExp(`^KAFKA_OAUTH_TOKEN_URL: .* ${broken}$`))
  }
  const away = await failureOf({ ...settings, tokenUrl: `http://127.0.0.1:${await freePort()}/token` })
  assert.ok(away instanceof RetriableError)
  assert.match(away.message, /^KAFKA_OAUTH_TOKEN_URL: .* does not answer: .*ECONNREFUSED/)
})

test('the certificate of the endpoint is verified, also by a private authority', async (t) => {
  const { maker, authority, server: certificate } = await createTlsFiles()
  t.after(() => maker.remove())
  const { settings } = await open(t, {}, { key: certificate.key, cert: certificate.cert })
  const error = await failureOf(settings)
  assert.ok(error instanceof RefusedSettingError)
  assert.match(error.message, /^KAFKA_OAUTH_CA_FILE: the certificate of 127.0.0.1:\d+ is not valid/)
  assert.ok((await requestOAuthToken({ ...settings, ca: authority.cert })).value)
})
