import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type SendOptions, send } from '../../../../cli/send/send.ts'
import { inventedToken } from '../../../../lib/invented-sources.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

const refusal = async (payload: string, options: SendOptions, env: Record<string, string> = {}) =>
  send(payload, options, { INGRESS_SECRET_TOKENS: 'token', BRIDGE_DATA_DIR: '/nowhere', ...env }).then(
    () => assert.fail('it was sent'),
    (error: Error) => `${error.name}: ${error.message}`,
  )

test('a header that HTTP does not allow is named', async (t) => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'body.json'), '{}')
  await writeFile(join(folder, 'body.headers'), 'X Wrong: value\n')
  const text = await refusal(join(folder, 'body.json'), { url: 'http://127.0.0.1:9/hooks' })
  assert.match(text, /^UsageError: The header "X Wrong" of the payload is not valid/)
})

test('port 0, which is nowhere, is refused by its variable', async () => {
  assert.match(await refusal('push', {}, { INGRESS_PORT: '0' }), /^UsageError: INGRESS_PORT is 0/)
})

test('an address that is no URL is refused by its option', async () => {
  for (const url of ['127.0.0.1:8080', 'ftp://host/hooks', ''])
    assert.match(await refusal('push', { url }), /^UsageError: --url: ".*" is not a URL/, url)
})

test('a URL that names a source already is refused by its option', async () => {
  assert.match(
    await refusal('push', { url: 'http://127.0.0.1:9/hooks/team-a' }),
    /^UsageError: --url: .* Give the URL up to \/hooks, and the source with --source/,
  )
})

/** Sends a hook to a server, and returns the path and the token that arrive. */
const sent = async (t: TestContext, options: SendOptions, env: Record<string, string>) => {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  await send('push', { url, ...options }, { BRIDGE_DATA_DIR: '/nowhere', ...env })
  return [requests[0]?.url, requests[0]?.headers['x-gitlab-token']]
}

test('a hook is a sample, with a token made from a credential, unless a source is named', async (t) => {
  const secret = { INGRESS_SECRET_TOKENS: 'token' }
  const signing = { INGRESS_SIGNING_TOKENS: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=' }
  const key = Buffer.from('0123456789abcdef0123456789abcdef')
  assert.deepEqual(await sent(t, {}, secret), ['/hooks/sample', inventedToken('token', 'sample')])
  assert.deepEqual(await sent(t, {}, signing), ['/hooks/sample', inventedToken(key, 'sample')])
  assert.deepEqual(await sent(t, { source: 'team-a' }, secret), ['/hooks/team-a', 'token'])
  await assert.rejects(sent(t, { source: 'team-a' }, signing), {
    name: 'UsageError',
    message: /^No secret token is known\. Set INGRESS_SECRET_TOKENS,/,
  })
})
