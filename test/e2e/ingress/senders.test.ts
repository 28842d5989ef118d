// Several senders at one door, and their secrets changed while it is open: a real ingress process, nothing behind it.
import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { startIngressWithoutServers } from '../../helpers/process/ingress-without-servers.ts'
import { signatureHeaders } from '../../helpers/records/signature-headers.ts'

const key = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const body = '{"object_kind":"push","marker":"senders"}'
const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
after(() => rm(folder, { recursive: true, force: true }))

/** Replaces a file in one step. */
const write = async (file: string, text: string) => {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}
const [sources, unnamedTokens, berlinTokens] = ['sources.yaml', 'tokens', 'berlin'].map((name) =>
  join(folder, name),
) as [string, string, string]
await write(unnamedTokens, 'unnamed, with a comma\n')
await write(berlinTokens, 'berlin-old\n')
await write(
  sources,
  `sources:
  berlin:
    secret_tokens_file: ${berlinTokens}
    allowed_cidrs: [34.74.90.64/28]
  munich:
    signing_tokens: ['${key}']
    require_signature: true
  hamburg:
    secret_tokens: [hamburg]
`,
)
const ingress = await startIngressWithoutServers({
  INGRESS_SECRET_TOKENS_FILE: unnamedTokens,
  INGRESS_SOURCES_FILE: sources,
  INGRESS_TRUSTED_PROXIES: '2',
  INGRESS_FAILED_LOGINS_PER_MINUTE: '1000',
})
after(() => ingress.remove())

type Header = [string, string]
const bearing = (token: string): Header => ['X-Gitlab-Token', token]
const through = (...proxies: string[]): Header => ['X-Forwarded-For', proxies.join(', ')]
const fromBerlin = through('34.74.90.70', '10.0.0.1')
const post = async (target: string, headers: readonly Header[], sent = body): Promise<number | undefined> =>
  (await sendRaw(ingress.hookUrl, [rawRequest(sent, [...headers, ['Connection', 'close']], { target })]))
    .statuses[0]
const lastUsed = (source: string, proof: string, credential: number) =>
  ingress.metric(
    `ingress_credential_last_used_timestamp_seconds{source="${source}",proof="${proof}",credential="${credential}"}`,
  )

test('each sender comes in by its own path with its own credential, and by no other', async () => {
  const credentials: Record<string, Header[]> = {
    '/hooks': [bearing('unnamed, with a comma')],
    '/hooks/berlin': [bearing('berlin-old'), fromBerlin],
    '/hooks/munich': signatureHeaders(key, body),
    '/hooks/hamburg': [bearing('hamburg')],
  }
  const paths = [...Object.keys(credentials), '/hooks/paris']
  for (const [owner, headers] of Object.entries(credentials))
    for (const path of paths) {
      const sent = path === '/hooks/berlin' && owner !== path ? [...headers, fromBerlin] : headers
      assert.equal(await post(path, sent), path === owner ? 202 : 401, `${owner} at ${path}`)
    }
  const letIn = await ingress.acceptedHooks()
  assert.deepEqual(letIn.map(({ source }) => source).sort(), ['berlin', 'default', 'hamburg', 'munich'])
})

test('a token in a file is its whole line, commas and all', async () => {
  assert.equal(await post('/hooks', [bearing('unnamed')]), 401)
  assert.equal(await post('/hooks', [bearing('with a comma')]), 401)
})

test('ranges are those of the sender, by the address the outermost of our proxies saw', async () => {
  const right = bearing('berlin-old')
  assert.equal(await post('/hooks/berlin', [right, through('198.51.100.7', '10.0.0.1')]), 403)
  assert.equal(await post('/hooks/berlin', [right, through('34.74.90.70', '198.51.100.7', '10.0.0.1')]), 403)
  assert.equal(await post('/hooks/berlin', [right, through('198.51.100.7', '34.74.90.70', '10.0.0.1')]), 202)
  assert.equal(
    await post('/hooks/berlin', [right, through('34.74.90.70')]),
    403,
    'written by one proxy only, so by nobody we trust',
  )
  assert.equal(await post('/hooks/hamburg', [bearing('hamburg'), through('198.51.100.7', '10.0.0.1')]), 202)
})

test('a signed hook whose id came before is taken again, and flagged where its body is another', async () => {
  const send = (sent: string) =>
    post('/hooks/munich', signatureHeaders(key, sent, { id: 'once-rendered' }), sent)
  assert.deepEqual([await send(body), await send(body)], [202, 202])
  assert.equal(await ingress.metric('ingress_changed_resends_total'), 0)
  assert.equal(await send(body.replace('senders', 'rendered anew')), 202)
  assert.equal(await ingress.metric('ingress_changed_resends_total'), 1)
  const flagged = ingress.lines.filter((line) => line.includes('was sent again with another body'))
  assert.equal(flagged.length, 1)
  assert.match(flagged[0] ?? '', /once-rendered/)
  assert.equal((await ingress.acceptedHooks()).filter(({ id }) => id === 'once-rendered').length, 3)
})

test('a secret is rotated without a restart, and the metric says when the old one may go', async () => {
  const old = () => post('/hooks/berlin', [bearing('berlin-old'), fromBerlin])
  const renewed = () => post('/hooks/berlin', [bearing('berlin-new'), fromBerlin])
  assert.deepEqual([await old(), await renewed()], [202, 401])
  const [berlin, hamburg] = [await lastUsed('berlin', 'token', 1), await lastUsed('hamburg', 'token', 1)]
  assert.ok(berlin > 0 && hamburg > 0)

  await write(berlinTokens, 'berlin-old\nberlin-new\n')
  await eventually(async () => assert.equal(await renewed(), 202))
  assert.equal(await lastUsed('berlin', 'token', 1), berlin, 'it was not used since')
  assert.ok((await lastUsed('berlin', 'token', 2)) > berlin)
  assert.equal(await lastUsed('hamburg', 'token', 1), hamburg)
  assert.equal(await old(), 202)

  await write(berlinTokens, 'berlin-new\n')
  await eventually(async () => assert.equal(await old(), 401))
  assert.equal(await renewed(), 202)
  const metrics = await (await fetch(`${ingress.operationsUrl}/metrics`)).text()
  assert.doesNotMatch(metrics, /source="berlin",proof="token",credential="2"/)
})

test('a sender is added and another one removed without a restart', async () => {
  await write(
    sources,
    `sources: {bremen: {secret_tokens: [bremen]}, munich: {signing_tokens: ['${key}'], require_signature: true}}`,
  )
  await eventually(async () => assert.equal(await post('/hooks/bremen', [bearing('bremen')]), 202))
  assert.equal(await post('/hooks/hamburg', [bearing('hamburg')]), 401)
  assert.equal(await post('/hooks/munich', signatureHeaders(key, body)), 202)
  assert.equal(await post('/hooks/munich', [bearing('bremen')]), 401)
})

test('nobody’s secret is in what the ingress says', () => {
  assert.doesNotMatch(ingress.lines.join('\n'), new RegExp(`berlin-(old|new)|with a comma|${key.slice(6)}`))
})
