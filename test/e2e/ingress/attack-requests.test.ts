// Attacks by address, body, path and connection on a real ingress process.
// It has no servers, so its spool holds
// everything that it accepts: after each attack the test looks there.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { acceptedDuring, attackBody as body, type Headers, send } from '../../helpers/faults/attack.ts'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { startIngressWithoutServers } from '../../helpers/process/ingress-without-servers.ts'

const token = 'the-token-of-the-door'
const mebibyte = 1024 * 1024
const [ingress, behindProxy] = await Promise.all([
  startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    INGRESS_FAILED_LOGINS_PER_MINUTE: '100000',
    INGRESS_BODY_TIMEOUT_SECONDS: '3',
    INGRESS_MAX_BODY_BYTES: String(mebibyte),
  }),
  startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    INGRESS_TRUSTED_PROXIES: '1',
    INGRESS_ALLOWED_CIDRS: '34.74.90.64/28,2001:db8::/32',
  }),
])
const all = [ingress, behindProxy]
after(() => Promise.all(all.map((each) => each.remove())))

const tokenHeader: [string, string] = ['X-Gitlab-Token', token]
const forwardedFor = (addresses: string): [string, string] => ['X-Forwarded-For', addresses]
const withoutLength = { length: false }

test('spoofed address: the address that the trusted proxy saw counts, not the one it was sent', async () => {
  const refused = [
    '198.51.100.7',
    '34.74.90.70, 198.51.100.7',
    '34.74.90.70,198.51.100.7,',
    '34.74.90.80',
    '::ffff:198.51.100.7',
    '',
    'localhost',
  ]
  const accepted = await acceptedDuring(behindProxy, async () => {
    for (const addresses of refused)
      assert.deepEqual(await send(behindProxy, [tokenHeader, forwardedFor(addresses)]), [403], addresses)
    const twice = [tokenHeader, forwardedFor('34.74.90.70'), forwardedFor('198.51.100.7')]
    assert.deepEqual(await send(behindProxy, twice), [403])
    for (const name of ['X-Real-IP', 'Forwarded', 'X-Client-IP', 'True-Client-IP', 'CF-Connecting-IP'])
      assert.deepEqual(await send(behindProxy, [tokenHeader, [name, '34.74.90.70']]), [403], name)
  })
  assert.equal(accepted, 0)
  for (const addresses of ['34.74.90.70', '198.51.100.7, 34.74.90.70', '::ffff:34.74.90.70', '2001:db8::7'])
    assert.deepEqual(await send(behindProxy, [tokenHeader, forwardedFor(addresses)]), [202], addresses)
})

test('a body that never arrives gets 408 in time; without a credential nothing waits for it', async () => {
  const announced = (headers: Headers) =>
    rawRequest('', [...headers, ['Content-Length', '1000']], withoutLength)
  const accepted = await acceptedDuring(ingress, async () => {
    // The silence between the bytes is what is tested here: a byte every 100 ms must not extend the time.
    const slowly = Array.from({ length: 60 }, () => ['x', 100]).flat()
    const slow = await sendRaw(ingress.hookUrl, [announced([tokenHeader]), ...slowly], 20_000)
    assert.deepEqual(slow.statuses, [408])
    assert.ok(slow.tookMs > 2900 && slow.tookMs < 5900, `${slow.tookMs} ms`)
    const stranger = await sendRaw(ingress.hookUrl, [announced([])], 20_000)
    assert.deepEqual(stranger.statuses, [401])
    assert.ok(stranger.tookMs < 2900, `${stranger.tookMs} ms`)
  })
  assert.equal(accepted, 0)
})

test('a body that is too large is answered 413, whether it announces its length or not', async () => {
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), Buffer.from('\r\n')])
  const chunked: Headers = [tokenHeader, ['Transfer-Encoding', 'chunked']]
  const withLength = (length: string) =>
    rawRequest('', [tokenHeader, ['Content-Length', length]], withoutLength)
  const accepted = await acceptedDuring(ingress, async () => {
    const announced = await sendRaw(ingress.hookUrl, [withLength(String(mebibyte + 1))])
    assert.deepEqual(announced.statuses, [413])
    const chunks = Array.from({ length: 40 }, () => chunk)
    const unannounced = await sendRaw(ingress.hookUrl, [rawRequest('', chunked, withoutLength), ...chunks])
    assert.deepEqual(unannounced.statuses, [413])
    for (const length of ['-1', '1e3', '0x10', '99999999999999999999', '5, 5', '']) {
      const { statuses } = await sendRaw(ingress.hookUrl, [withLength(length), 'end'], 500)
      assert.ok(statuses.length === 0 || (statuses[0] ?? 0) >= 400, `${length}: ${statuses}`)
    }
  })
  assert.equal(accepted, 0)
})

test('no path leads around authentication or to a source that does not exist', async () => {
  const withToken = [
    ...['/hooks/../x', '//hooks', '/hooks//', '/hooks/a/b', '/hooks/%2e%2e/x', '/hooks/..%2fadmin'],
    ...[
      '/hooks%2fdefault',
      '/%68ooks/x/y',
      '/Hooks',
      '/HOOKS/default',
      '/hooks/\u00fcmlaut',
      '/hooks/%C3%BC',
    ],
    ...['/hooks/%00', '/hooks/%ff', '/hooks/%', '/hooks/a%0d%0aX: y', '/hooks/__proto__', '/hooks/Default'],
    ...['/hooks/a;b', '/hooks/*', '/metrics', '/readyz', '/livez', '/', '*', '/hooks/.', '/hooks/..'],
    ...[`/hooks/${'a'.repeat(64)}`, '/hooks/-a', 'hooks', '/hooks\\default'],
  ]
  const withoutToken = [
    ...['/hooks', '/hooks/', '/hooks/berlin', 'http://bridge/hooks', 'http://elsewhere/hooks/berlin'],
    ...['/hooks?a=b', '/hooks#a', '/%68ooks'],
  ]
  const assertRefused = async (target: string, headers: Headers) => {
    const statuses = await send(ingress, headers, { target })
    assert.ok(
      statuses.every((status) => status >= 400 && status < 500),
      `${target} with ${headers.length} credentials: ${statuses}`,
    )
  }
  const accepted = await acceptedDuring(ingress, async () => {
    for (const target of withToken) await assertRefused(target, [tokenHeader])
    for (const target of withoutToken) await assertRefused(target, [])
  })
  assert.equal(accepted, 0)
})

test('silent connections do not keep the ingress from stopping', async () => {
  const stopping = await startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    INGRESS_BODY_TIMEOUT_SECONDS: '1',
    INGRESS_PUBLISH_DEADLINE_SECONDS: '1',
  })
  const silent = [
    '',
    'POST /hooks HTTP/1.1\r\nHost:',
    rawRequest('', [tokenHeader, ['Content-Length', '10']], withoutLength),
  ]
  const answers = silent.map((bytes) => sendRaw(stopping.hookUrl, [bytes], 60_000))
  assert.deepEqual(await send(stopping, [tokenHeader]), [202])
  const startedAt = performance.now()
  stopping.kill('SIGTERM')
  assert.deepEqual(await stopping.exited, { code: 0, signal: null })
  const tookMs = performance.now() - startedAt
  assert.ok(tookMs < 15_000, `${tookMs} ms`)
  const statuses = (await Promise.all(answers)).map((answer) => answer.statuses)
  assert.deepEqual(statuses, [[], [], [408]])
  assert.equal((await stopping.acceptedHooks()).length, 1)
  await stopping.remove()
})

test('attacked ingresses stay alive, keep no hook in flight, log no secret and log no crash', async () => {
  for (const each of all) {
    await send(each, [tokenHeader], {}, body.slice(1))
    await send(each, [], { target: '/hooks/%ff' })
    assert.equal((await fetch(`${each.operationsUrl}/livez`)).status, 200)
    assert.equal(await each.metric('ingress_in_flight_hooks'), 0)
    const log = each.lines.join('\n')
    assert.doesNotMatch(log, new RegExp(`unhandled|uncaught|TypeError|request failed|${token}`, 'i'))
  }
})
