// Whatever a stranger does without a credential, genuine hooks are answered 2xx in time. The stranger and the
// genuine sender share one address here, which is the worst case.
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { attackBody, nowSeconds } from '../../helpers/faults/attack.ts'
import { isSoak } from '../../helpers/faults/outage.ts'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { startIngressWithoutServers } from '../../helpers/process/ingress-without-servers.ts'
import { signatureHeaders } from '../../helpers/records/signature-headers.ts'

const key = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const otherKey = 'whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA='
const mebibyte = 1024 * 1024
const attackSeconds = isSoak ? 60 : 1

const ingress = await startIngressWithoutServers({
  INGRESS_SIGNING_TOKENS: key,
  INGRESS_MAX_CONNECTIONS: '200',
})
after(() => ingress.remove())
const { hostname, port } = new URL(ingress.hookUrl)

/** A connection of the stranger. It reads nothing that it does not need to. */
const open = (...pieces: readonly (Buffer | string)[]): Socket => {
  const socket = connect({ host: hostname, port: Number(port) })
  socket.resume().on('error', () => {})
  for (const piece of pieces) socket.write(piece)
  return socket
}

/** Headers with a fresh timestamp and a false signature, for a body of so many bytes. */
const falselySigned = (bytes: number, ...more: [string, string][]) =>
  rawRequest(
    '',
    [...signatureHeaders(otherKey, 'another body'), ['Content-Length', String(bytes)], ...more],
    { length: false },
  )
const oneByteShort = () => open(falselySigned(25 * mebibyte), Buffer.alloc(25 * mebibyte - 1, 'x'))
const tinyChunks = `${'1\r\nx\r\n'.repeat(10_000)}`
const chunkedHeaders = rawRequest(
  '',
  [...signatureHeaders(otherKey, 'another body'), ['Transfer-Encoding', 'chunked']],
  { length: false },
)

/** What a stranger opens again and again, and how many of it at a time. */
const attacks: Readonly<Record<string, { atOnce: number; act(): Socket }>> = {
  'connections that send nothing': { atOnce: 400, act: () => open() },
  'headers that never end': {
    atOnce: 400,
    act: () => open('POST /hooks HTTP/1.1\r\nHost: bridge\r\nX-Slow: '),
  },
  'large bodies with a false signature that lack one byte': { atOnce: 3, act: oneByteShort },
  'whole bodies with a false signature': {
    atOnce: 4,
    act: () => open(falselySigned(5 * mebibyte), Buffer.alloc(5 * mebibyte, 'x')),
  },
  'bodies of tiny chunks': { atOnce: 4, act: () => open(chunkedHeaders, tinyChunks) },
  'false bodies that never begin': { atOnce: 400, act: () => open(falselySigned(1000)) },
  'wrong credentials': {
    atOnce: 50,
    act: () => open(rawRequest(attackBody, [['X-Gitlab-Token', 'wrong']])),
  },
  'requests that are no HTTP': { atOnce: 50, act: () => open('\x16\x03\x01 not HTTP \r\n\r\n') },
}

/** Repeats an attack until the signal fires. */
const attack = async (act: () => Socket, atOnce: number, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const sockets = Array.from({ length: atOnce }, act)
    await sleep(isSoak ? 2000 : 500, undefined, { signal }).catch(() => undefined)
    // The connections of the next round come first, so that there is no gap.
    setTimeout(() => sockets.map((socket) => socket.destroy()), 1000)
  }
}

/** Sends about a hundred hooks a second. @returns the status of each answer within 5 s, else 0 */
const sendGenuine = async (seconds: number): Promise<number[]> => {
  const sending: Promise<number>[] = []
  for (let number = 0; number < seconds * 100; number++) {
    const body = JSON.stringify({ object_kind: 'push', number, at: nowSeconds() })
    const request = rawRequest(body, [...signatureHeaders(key, body), ['Connection', 'close']])
    sending.push(
      sendRaw(ingress.hookUrl, [request], 5000).then(({ statuses, tookMs }) =>
        tookMs <= 5000 ? (statuses[0] ?? 0) : 0,
      ),
    )
    await sleep(10)
  }
  return Promise.all(sending)
}

test('an address outside the ranges of all sources is closed at the connection', async () => {
  const elsewhere = await startIngressWithoutServers({
    INGRESS_SIGNING_TOKENS: key,
    INGRESS_ALLOWED_CIDRS: '192.0.2.0/24',
  })
  const openedAt = performance.now()
  const { text } = await sendRaw(elsewhere.hookUrl, [], 60_000)
  assert.equal(text, '')
  assert.ok(performance.now() - openedAt < 50_000, 'the connection was closed by the ingress')
  assert.ok((await elsewhere.metric('ingress_rejections_total{reason="address"}')) >= 1)
  await elsewhere.remove()
})

test('a sender that ends its half of the connection after the body gets its answer', async () => {
  const body = '{"object_kind":"push"}'
  const { statuses } = await sendRaw(ingress.hookUrl, [rawRequest(body, signatureHeaders(key, body)), 'end'])
  assert.deepEqual(statuses, [202])
})

suite('genuine hooks are answered while a stranger without a credential sends', () => {
  for (const [name, { act, atOnce }] of Object.entries(attacks)) {
    test(name, async () => {
      const ending = new AbortController()
      const attacking = attack(act, atOnce, ending.signal)
      await sleep(300)
      const statuses = await sendGenuine(attackSeconds)
      ending.abort()
      await attacking
      const answered = statuses.filter((status) => status === 200 || status === 202).length
      assert.ok(answered >= statuses.length * 0.99, `${answered} of ${statuses.length}: ${statuses}`)
      assert.equal((await fetch(`${ingress.operationsUrl}/livez`)).status, 200)
    })
  }
})
