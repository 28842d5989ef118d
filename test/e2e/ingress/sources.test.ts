// Several sources at one real ingress process, and their secrets changed while it runs.
// It has no servers, so its spool
// holds everything that it accepts.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import {
  type IngressWithoutServers,
  startIngressWithoutServers,
} from '../../helpers/process/ingress-without-servers.ts'
import { replaceFile } from '../../helpers/process/replace-file.ts'
import { signatureHeaders } from '../../helpers/records/signature-headers.ts'

const key = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const body = '{"object_kind":"push","marker":"sources"}'

interface IngressWithSources {
  ingress: IngressWithoutServers
  files: { sources: string; unnamedTokens: string; berlinTokens: string }
  /** Posts a body to a path; resolves to the status of the answer. */
  post(target: string, headers: readonly Header[], sent?: string): Promise<number | undefined>
}

/**
 * An ingress with the sources berlin, munich and hamburg, and with files of its own that a test may replace.
 */
const startIngressWithSources = async (): Promise<IngressWithSources> => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const files = {
    sources: join(folder, 'sources.yaml'),
    unnamedTokens: join(folder, 'tokens'),
    berlinTokens: join(folder, 'berlin'),
  }
  await replaceFile(files.unnamedTokens, 'unnamed, with a comma\n')
  await replaceFile(files.berlinTokens, 'berlin-old\n')
  await replaceFile(
    files.sources,
    `sources:
  berlin:
    secret_tokens_file: ${files.berlinTokens}
    allowed_cidrs: [34.74.90.64/28]
  munich:
    signing_tokens: ['${key}']
    require_signature: true
  hamburg:
    secret_tokens: [hamburg]
`,
  )
  const ingress = await startIngressWithoutServers({
    INGRESS_SECRET_TOKENS_FILE: files.unnamedTokens,
    INGRESS_SOURCES_FILE: files.sources,
    INGRESS_TRUSTED_PROXIES: '2',
    INGRESS_FAILED_LOGINS_PER_MINUTE: '1000',
  })
  after(() => ingress.remove())
  const post: IngressWithSources['post'] = async (target, headers, sent = body) => {
    const request = rawRequest(sent, [...headers, ['Connection', 'close']], { target })
    return (await sendRaw(ingress.hookUrl, [request])).statuses[0]
  }
  return { ingress, files, post }
}

type Header = [string, string]
const withToken = (token: string): Header => ['X-Gitlab-Token', token]
const through = (...proxies: string[]): Header => ['X-Forwarded-For', proxies.join(', ')]
const fromBerlin = through('34.74.90.70', '10.0.0.1')

const [unchanged, rotated, edited] = await Promise.all([
  startIngressWithSources(),
  startIngressWithSources(),
  startIngressWithSources(),
])

test('each source is accepted at its own path with its own credential, and nowhere else', async () => {
  const { ingress, post } = unchanged
  const credentials: Record<string, Header[]> = {
    '/hooks': [withToken('unnamed, with a comma')],
    '/hooks/berlin': [withToken('berlin-old'), fromBerlin],
    '/hooks/munich': signatureHeaders(key, body),
    '/hooks/hamburg': [withToken('hamburg')],
  }
  // Nobody configured paris.
  // It answers like one of the others, so 403 if it copies the address range of berlin.
  const refusals = (path: string) => (path === '/hooks/paris' ? [401, 403] : [401])
  const before = (await ingress.acceptedHooks()).length
  const paths = [...Object.keys(credentials), '/hooks/paris']
  for (const [owner, headers] of Object.entries(credentials))
    for (const path of paths) {
      const sent = path === '/hooks/berlin' && owner !== path ? [...headers, fromBerlin] : headers
      const expected = path === owner ? [202] : refusals(path)
      const status = await post(path, sent)
      assert.ok(expected.includes(status ?? 0), `the credential of ${owner} at ${path}: ${status}`)
    }
  const accepted = (await ingress.acceptedHooks()).slice(before)
  assert.deepEqual(accepted.map(({ source }) => source).sort(), ['berlin', 'default', 'hamburg', 'munich'])
})

test('a token in a file is one whole line, with its commas', async () => {
  const { post } = unchanged
  assert.equal(await post('/hooks', [withToken('unnamed, with a comma')]), 202)
  assert.equal(await post('/hooks', [withToken('unnamed')]), 401)
  assert.equal(await post('/hooks', [withToken('with a comma')]), 401)
})

test('an address range belongs to one source; the outermost trusted proxy gives the address', async () => {
  const { post } = unchanged
  const token = withToken('berlin-old')
  const postFrom = (...proxies: string[]) => post('/hooks/berlin', [token, through(...proxies)])
  assert.equal(await postFrom('198.51.100.7', '10.0.0.1'), 403)
  assert.equal(await postFrom('34.74.90.70', '198.51.100.7', '10.0.0.1'), 403)
  assert.equal(await postFrom('198.51.100.7', '34.74.90.70', '10.0.0.1'), 202)
  assert.equal(await postFrom('34.74.90.70'), 403, 'only one proxy has added an address: it is not trusted')
  const fromElsewhere = through('198.51.100.7', '10.0.0.1')
  assert.equal(await post('/hooks/hamburg', [withToken('hamburg'), fromElsewhere]), 202)
})

test('a signed hook with a known id is accepted, but counted and logged if its body differs', async () => {
  const { ingress, post } = unchanged
  const send = (sent: string) =>
    post('/hooks/munich', signatureHeaders(key, sent, { id: 'once-rendered' }), sent)
  assert.deepEqual([await send(body), await send(body)], [202, 202])
  assert.equal(await ingress.metric('ingress_changed_resends_total'), 0)
  assert.equal(await send(body.replace('sources', 'rendered anew')), 202)
  assert.equal(await ingress.metric('ingress_changed_resends_total'), 1)
  const resent = /sent again with another body.*once-rendered|once-rendered.*sent again with another body/
  await eventually(() => assert.equal(ingress.lines.filter((line) => resent.test(line)).length, 1))
  assert.equal((await ingress.acceptedHooks()).filter(({ id }) => id === 'once-rendered').length, 3)
})

test('a secret is rotated without a restart, and a metric says when the old one was last used', async () => {
  const { ingress, files, post } = rotated
  const lastUsed = (source: string, credential: number) =>
    ingress.metric(
      'ingress_credential_last_used_timestamp_seconds' +
        `{source="${source}",proof="token",credential="${credential}"}`,
    )
  const useOld = () => post('/hooks/berlin', [withToken('berlin-old'), fromBerlin])
  const useNew = () => post('/hooks/berlin', [withToken('berlin-new'), fromBerlin])
  assert.equal(await post('/hooks/hamburg', [withToken('hamburg')]), 202)
  assert.deepEqual([await useOld(), await useNew()], [202, 401])
  const [berlin, hamburg] = [await lastUsed('berlin', 1), await lastUsed('hamburg', 1)]
  assert.ok(berlin > 0 && hamburg > 0)

  await replaceFile(files.berlinTokens, 'berlin-old\nberlin-new\n')
  await eventually(async () => assert.equal(await useNew(), 202))
  assert.equal(await lastUsed('berlin', 1), berlin, 'the old secret was not used since')
  assert.ok((await lastUsed('berlin', 2)) > berlin)
  assert.equal(await lastUsed('hamburg', 1), hamburg)
  assert.equal(await useOld(), 202)

  await replaceFile(files.berlinTokens, 'berlin-new\n')
  await eventually(async () => assert.equal(await useOld(), 401))
  assert.equal(await useNew(), 202)
  const metrics = await (await fetch(`${ingress.operationsUrl}/metrics`)).text()
  assert.doesNotMatch(metrics, /source="berlin",proof="token",credential="2"/)
})

test('a source is added and another one removed without a restart', async () => {
  const { files, post } = edited
  assert.equal(await post('/hooks/hamburg', [withToken('hamburg')]), 202)
  await replaceFile(
    files.sources,
    'sources: {bremen: {secret_tokens: [bremen]}, ' +
      `munich: {signing_tokens: ['${key}'], require_signature: true}}`,
  )
  await eventually(async () => assert.equal(await post('/hooks/bremen', [withToken('bremen')]), 202))
  assert.equal(await post('/hooks/hamburg', [withToken('hamburg')]), 401)
  assert.equal(await post('/hooks/munich', signatureHeaders(key, body)), 202)
  assert.equal(await post('/hooks/munich', [withToken('bremen')]), 401)
})

test('the log of an ingress holds no secret of any source', async () => {
  for (const { ingress, post } of [unchanged, rotated, edited]) {
    await post('/hooks', [withToken('unnamed, with a comma')])
    await post('/hooks/berlin', [withToken('berlin-new'), fromBerlin])
    assert.doesNotMatch(ingress.lines.join('\n'), new RegExp(`berlin-(old|new)|with a comma|${key.slice(6)}`))
  }
})
