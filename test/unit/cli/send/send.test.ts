import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type SendOptions, send } from '../../../../cli/send/send.ts'
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
