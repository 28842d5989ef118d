import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readPayload } from '../../../../cli/payload/read-payload.ts'
import { UsageError } from '../../../../lib/errors.ts'
import { fixture } from '../../../helpers/records/samples.ts'

const folderWith = (t: TestContext, files: Record<string, string | Buffer>) => {
  const folder = mkdtempSync(join(tmpdir(), 'payload-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

test('a bundled sample is found by its name, with its headers', async () => {
  const { body, headers, isBundled } = await readPayload('push')
  assert.deepEqual([body, isBundled], [fixture('push').body, true])
  assert.ok(headers.some(([name, value]) => name === 'X-Gitlab-Event' && value === 'Push Hook'))
})

test('a file is read byte for byte', async (t) => {
  const bytes = Buffer.from([0x7b, 0x00, 0xff, 0x7d])
  const folder = folderWith(t, { 'hook.json': bytes })
  assert.deepEqual(await readPayload(join(folder, 'hook.json')), {
    body: bytes,
    headers: [],
    isBundled: false,
  })
})

test('the headers are read from a file beside the payload, under either name', async (t) => {
  for (const name of ['hook.json.headers', 'hook.headers']) {
    const folder = folderWith(t, {
      'hook.json': '{}',
      [name]: 'X-Gitlab-Event: Push Hook\r\n\nno header\nX-Url: https://a:1\n',
    })
    assert.deepEqual((await readPayload(join(folder, 'hook.json'))).headers, [
      ['X-Gitlab-Event', 'Push Hook'],
      ['X-Url', 'https://a:1'],
    ])
  }
})

test('for a name that is neither a file nor a sample, the error lists the samples', async () => {
  await assert.rejects(
    readPayload('telepathy'),
    (error) => error instanceof UsageError && /telepathy.*\bpush\b/.test(error.message),
  )
})

test('a name cannot leave the folder of samples', async () => {
  for (const name of ['../../package', '../fixtures/push', 'push.json/../push'])
    await assert.rejects(readPayload(name), UsageError, name)
})

test('a folder is not a payload', async (t) => {
  const folder = folderWith(t, {})
  mkdirSync(join(folder, 'push'))
  await assert.rejects(readPayload(join(folder, 'push')), UsageError)
})
