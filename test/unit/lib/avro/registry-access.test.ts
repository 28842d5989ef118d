// How a registry is called that wants credentials and has a certificate of a private authority.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import { createRegistry, registryVariables } from '../../../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../../../lib/config.ts'
import { createTlsFiles } from '../../../helpers/servers/tls-files.ts'
import { startTokenServer } from '../../../helpers/servers/token-server.ts'

const tls = await createTlsFiles()
after(() => tls.maker.remove())

/** A registry that knows schema 1 and the subject `known`, for those whose header is accepted. */
const openRegistry = async (t: TestContext, accepts: (authorization: string) => boolean) => {
  const server = createServer({ key: tls.server.key, cert: tls.server.cert }, (request, response) => {
    const isAccepted = accepts(request.headers.authorization ?? '')
    const status = isAccepted ? (request.url?.includes('unknown') ? 404 : 200) : 401
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(status === 200 ? { id: 7, schema: '"string"' } : { error_code: 40403 }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const SCHEMA_REGISTRY_URL = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ca = { SCHEMA_REGISTRY_CA_FILE: tls.authority.certFile }
  return (env: Environment) =>
    createRegistry(readVariables(registryVariables, { SCHEMA_REGISTRY_URL, ...ca, ...env }), 'test')
}

const schema = JSON.stringify({ type: 'record', name: 'A', namespace: 'b', fields: [] })
const basic = `Basic ${Buffer.from('me:secret:word').toString('base64')}`
const asMe = { SCHEMA_REGISTRY_USERNAME: 'me', SCHEMA_REGISTRY_PASSWORD: 'secret:word' }

test('a user name, a token and no credentials are sent with every request', async (t) => {
  const cases: [string, Environment][] = [
    [basic, asMe],
    ['Bearer a-token', { SCHEMA_REGISTRY_TOKEN: 'a-token' }],
    ['', {}],
  ]
  for (const [expected, env] of cases) {
    const registry = (await openRegistry(t, (authorization) => authorization === expected))(env)
    assert.equal((await registry.typeOf(1)).typeName, 'string')
    assert.equal(await registry.idOf('known', '"string"'), 7)
    // The code of this answer is read by a request of ours, not by one of the client.
    await assert.rejects(registry.idOf('unknown', '"string"'), { name: 'PermanentError' })
  }
})

test('a token of an identity provider is sent, and a refused secret is named', async (t) => {
  const tokens = await startTokenServer({ subject: 'reader' })
  t.after(() => tokens.close())
  const open = await openRegistry(t, (authorization) => /^Bearer (\S+\.){2}\S+$/.test(authorization))
  const env = {
    SCHEMA_REGISTRY_OAUTH_TOKEN_URL: tokens.tokenUrl,
    SCHEMA_REGISTRY_OAUTH_CLIENT_ID: tokens.clientId,
    SCHEMA_REGISTRY_OAUTH_CLIENT_SECRET: tokens.clientSecret,
    SCHEMA_REGISTRY_OAUTH_SCOPE: tokens.scope,
    SCHEMA_REGISTRY_OAUTH_AUDIENCE: tokens.audience,
  }
  const registry = open(env)
  assert.equal(await registry.idOf('known', '"string"'), 7)
  assert.equal((await registry.typeOf(1)).typeName, 'string')
  assert.equal(tokens.issued(), 1)
  const refused = open({ ...env, SCHEMA_REGISTRY_OAUTH_CLIENT_SECRET: 'wrong' })
  await assert.rejects(refused.register('known', schema), {
    name: 'PermanentError',
    message: /SCHEMA_REGISTRY_OAUTH_CLIENT_SECRET: the token endpoint refuses it/,
  })
})

test('refused credentials name their variables', async (t) => {
  const open = await openRegistry(t, () => false)
  const cases: [Environment, RegExp][] = [
    [asMe, /Check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD$/],
    [{ SCHEMA_REGISTRY_TOKEN: 'old' }, /Check SCHEMA_REGISTRY_TOKEN$/],
  ]
  for (const [env, message] of cases) await assert.rejects(open(env).register('known', schema), { message })
})

test('without the authority of the registry, the variable is named', async (t) => {
  const open = await openRegistry(t, () => true)
  for (const SCHEMA_REGISTRY_CA_FILE of ['', tls.foreign.certFile])
    await assert.rejects(open({ SCHEMA_REGISTRY_CA_FILE }).register('known', schema), {
      name: 'PermanentError',
      message: /SCHEMA_REGISTRY_CA_FILE names the file of a private authority$/,
    })
  assert.throws(
    () => open({ SCHEMA_REGISTRY_CA_FILE: '/no/such/file' }),
    /^ConfigError: SCHEMA_REGISTRY_CA_FILE/,
  )
})

test('two kinds of credentials contradict each other', async (t) => {
  const open = await openRegistry(t, () => true)
  assert.throws(
    () => open({ ...asMe, SCHEMA_REGISTRY_TOKEN: 'a-token' }),
    /^ConfigError: SCHEMA_REGISTRY_TOKEN: cannot be used together with SCHEMA_REGISTRY_USERNAME$/,
  )
})
