// Ten thousand requests nobody in his right mind would send, to a real ingress process with nothing behind it: it lets in what has
// credentials and is whole, nothing else, and does not mind.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { isSoak } from '../../helpers/faults/soak.ts'
import { startIngressWithoutServers } from '../../helpers/process/ingress-without-servers.ts'

const cases = isSoak ? 200_000 : 10_000
const connectionsAtATime = 96
const token = 'the-token-of-the-fuzzer'
const ingress = await startIngressWithoutServers({
  INGRESS_SECRET_TOKENS: token,
  INGRESS_MAX_BODY_BYTES: '100000',
  INGRESS_BODY_TIMEOUT_SECONDS: '1',
  INGRESS_FAILED_LOGINS_PER_MINUTE: '1000000',
})
after(() => ingress.remove())

/** Random numbers that are the same in every run, so that a failure can be seen again. */
const createRandom = (seed: number) => {
  let state = seed
  const next = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => below(256)))
  return { below, pick, bytes, chance: (share: number) => next() < share }
}
type Random = ReturnType<typeof createRandom>
type Piece = Buffer | string | number | 'end' | 'reset'

/** What is written on one connection, and the ids of the whole hooks with good credentials among it. */
interface Case {
  name: string
  pieces: Piece[]
  good?: string[]
}

const methods = [
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'post',
  'POSTX',
  'P',
  '',
  'PO ST',
  '\u0000',
]
const targets = [
  '/hooks',
  '/hooks/berlin',
  '/',
  '//hooks',
  '/hooks/../x',
  '/hooks/%2e%2e',
  '/hooks/%',
  '/hooks/%ff',
  'http://x/hooks',
  'http://[',
  '*',
  '',
  '/hooks?a=b',
  '/hooks#x',
  `/hooks/${'a'.repeat(9000)}`,
  '/hooks/ü',
  '\\hooks',
]
const lengths = [
  '-1',
  '1e3',
  '0x5',
  '99999999999999999999',
  '5, 5',
  '',
  ' ',
  'NaN',
  '+5',
  '5.0',
  '5 5',
  '00000000000000000000005',
  '100001',
]
const body = '{"object_kind":"push"}'
const credentials: [string, string] = ['X-Gitlab-Token', token]
const closing: [string, string] = ['Connection', 'close']
const idHeader = (id: string): [string, string] => ['Idempotency-Key', id]

const makers: ((random: Random, id: string) => Case)[] = [
  (_, id) => ({
    name: 'a good hook',
    pieces: [rawRequest(body, [credentials, idHeader(id), closing])],
    good: [id],
  }),
  (random, id) => {
    const request = rawRequest(body, [credentials, idHeader(id), closing])
    const cut = 1 + random.below(request.length - 1)
    return {
      name: 'a good hook in two pieces',
      pieces: [request.subarray(0, cut), random.below(5), request.subarray(cut)],
      good: [id],
    }
  },
  (_, id) => {
    const ids = [`${id}-1`, `${id}-2`, `${id}-3`]
    const last = (index: number) => (index === ids.length - 1 ? [closing] : [])
    return {
      name: 'good hooks in a pipeline',
      pieces: [
        Buffer.concat(
          ids.map((each, index) => rawRequest(body, [credentials, idHeader(each), ...last(index)])),
        ),
      ],
      good: ids,
    }
  },
  (random, id) => {
    const parts = Array.from(
      { length: 1 + random.below(4) },
      () => `${random.bytes(random.below(40)).toString('hex')} `,
    )
    const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')
    const headers: [string, string][] = [credentials, idHeader(id), closing, ['Transfer-Encoding', 'chunked']]
    return {
      name: 'a good hook in chunks',
      pieces: [rawRequest('', headers, { length: false }), `${chunks}0\r\n\r\n`],
      good: [id],
    }
  },
  (_, id) => ({ name: 'no credentials', pieces: [rawRequest(body, [idHeader(id), closing])] }),
  (random, id) => ({
    name: 'wrong credentials',
    pieces: [
      rawRequest(body, [
        [
          'X-Gitlab-Token',
          random
            .bytes(20)
            .toString('latin1')
            .replaceAll(/[\r\n\0]/g, 'x'),
        ],
        idHeader(id),
        closing,
      ]),
    ],
  }),
  (random, id) => ({
    name: 'a wrong method',
    pieces: [rawRequest(body, [credentials, idHeader(id), closing], { method: random.pick(methods) })],
  }),
  (random, id) => ({
    name: 'a wrong target, no credentials',
    pieces: [rawRequest(body, [idHeader(id), closing], { target: random.pick(targets) })],
  }),
  (random, id) => {
    const headers: [string, string][] = [credentials, idHeader(id), ['Content-Length', random.pick(lengths)]]
    return {
      name: 'a bad length',
      pieces: [rawRequest(body, headers, { length: random.chance(0.5) }).subarray(0, -body.length), 'end'],
    }
  },
  (random, id) => {
    const request = rawRequest(body, [credentials, idHeader(id)])
    return {
      name: 'cut short',
      pieces: [request.subarray(0, random.below(request.length)), random.pick<Piece>(['end', 'reset'])],
    }
  },
  (random, id) => {
    const junk = Array.from({ length: random.below(20) }, (): [string, string] => [
      random.bytes(1 + random.below(10)).toString('latin1'),
      random.bytes(random.below(60)).toString('latin1'),
    ])
    return {
      name: 'junk headers, no credentials',
      pieces: [rawRequest(body, [...junk, idHeader(id), closing])],
    }
  },
  (random, id) => ({
    name: 'huge headers, no credentials',
    pieces: [
      rawRequest(body, [['X-Huge', 'h'.repeat(10_000 + random.below(30_000))], idHeader(id), closing]),
    ],
  }),
  (random) => ({
    name: 'many headers, no credentials',
    pieces: [
      rawRequest(
        body,
        Array.from({ length: 500 + random.below(3000) }, (_, index): [string, string] => [`h${index}`, 'v']),
      ),
    ],
  }),
  (random, id) => {
    const garbage = random.pick([
      'zz\r\n',
      '-1\r\n',
      '5\r\nab',
      'FFFFFFFFFFFFFFFFF\r\n',
      '1\r\nab\r\n',
      '\r\n\r\n',
      `5;${'e'.repeat(20_000)}\r\n`,
      random.bytes(30).toString('latin1'),
    ])
    return {
      name: 'garbage for chunks',
      pieces: [
        rawRequest('', [credentials, idHeader(id), ['Transfer-Encoding', 'chunked']], { length: false }),
        garbage,
        'end',
      ],
    }
  },
  (random, id) => {
    const headers: [string, string][] = [
      credentials,
      idHeader(id),
      [
        'Transfer-Encoding',
        random.pick(['chunked', 'gzip, chunked', 'chunked, identity', 'xchunked', ' chunked']),
      ],
    ]
    return {
      name: 'two lengths, as smugglers send',
      pieces: [rawRequest('0\r\n\r\nPOST /hooks HTTP/1.1\r\n\r\n', headers), 'end'],
    }
  },
  (random) => ({
    name: 'noise',
    pieces: [random.bytes(1 + random.below(3000)), random.pick<Piece>(['end', 'reset'])],
  }),
  (random, id) => ({
    name: 'another protocol',
    pieces: [
      random.pick([
        Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        'GET /hooks\r\n',
        rawRequest(body, [idHeader(id)], {
          version: random.pick(['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTCPCP/1.0', '']),
        }),
      ]),
      'end',
    ],
  }),
  (random, id) => ({
    name: 'an upgrade, no credentials',
    pieces: [
      rawRequest(body, [
        ['Connection', 'Upgrade'],
        ['Upgrade', random.pick(['websocket', 'h2c'])],
        ['Expect', random.pick(['100-continue', 'nonsense'])],
        idHeader(id),
      ]),
      'end',
    ],
  }),
  (_, id) => ({
    name: 'too large without a length',
    pieces: [
      rawRequest('', [credentials, idHeader(id), ['Transfer-Encoding', 'chunked']], { length: false }),
      Buffer.concat([Buffer.from('20000\r\n'), Buffer.alloc(0x20000), Buffer.from('\r\n0\r\n\r\n')]),
    ],
  }),
  (_, id) => ({
    name: 'too large and said so',
    pieces: [rawRequest('', [credentials, idHeader(id), ['Content-Length', '100001']], { length: false })],
  }),
  (_, id) => ({
    name: 'closed before the answer',
    pieces: [rawRequest('x'.repeat(50_000), [idHeader(id)]), 'reset'],
  }),
]

const memoryOf = async () => {
  const [rss, heap] = [
    await ingress.metric('process_resident_memory_bytes'),
    await ingress.metric('nodejs_heap_size_used_bytes'),
  ]
  assert.ok(rss > 0 && heap > 0)
  return { rss: rss / 2 ** 20, heap: heap / 2 ** 20 }
}

test(`${cases} hostile requests: whole hooks with credentials are let in, nothing else; no crash, no growth`, async (t) => {
  const expected = new Set<string>()
  const statuses = new Map<number, number>()
  const wrong: string[] = []
  let number = 0
  const runOne = async (index: number) => {
    const random = createRandom(index * 2654435761)
    const {
      name,
      pieces,
      good = [],
    } = random.pick(makers)(random, createHash('sha1').update(String(index)).digest('hex'))
    for (const id of good) expected.add(id)
    const { statuses: seen, text } = await sendRaw(ingress.hookUrl, pieces, 3000)
    for (const status of seen) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (
      seen.filter((status) => status === 202).length !== good.length ||
      seen.some((status) => status < 100 || (status >= 500 && status !== 505 && status !== 501))
    )
      wrong.push(`case ${index}, ${name}: ${seen} ${text.slice(0, 200)}`)
  }
  const runAll = async (count: number) => {
    const end = number + count
    await Promise.all(
      Array.from({ length: connectionsAtATime }, async () => {
        while (number < end) await runOne(number++)
      }),
    )
  }
  await runAll(cases * 0.3)
  const before = await memoryOf()
  await runAll(cases * 0.7)
  const afterwards = await memoryOf()

  assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} cases went wrong`)
  const letIn = (await ingress.acceptedHooks()).map(({ id }) => String(id))
  assert.deepEqual(new Set(letIn), expected)
  assert.equal(letIn.length, expected.size)
  assert.equal((await fetch(`${ingress.operationsUrl}/livez`)).status, 200)
  assert.equal(await ingress.metric('ingress_in_flight_hooks'), 0)
  assert.doesNotMatch(ingress.lines.join('\n'), /unhandled|uncaught|TypeError|RangeError|request failed/i)
  t.diagnostic(
    `answers: ${[...statuses]
      .sort()
      .map(([status, count]) => `${status} × ${count}`)
      .join(', ')}; let in ${letIn.length}`,
  )
  t.diagnostic(
    `memory: rss ${before.rss.toFixed(0)} → ${afterwards.rss.toFixed(0)} MB, heap ${before.heap.toFixed(0)} → ${afterwards.heap.toFixed(0)} MB`,
  )
  // A young process still grows into its heap; one that has seen 60,000 requests does not.
  assert.ok(
    afterwards.rss < before.rss * (isSoak ? 1.15 : 1.6) + 20,
    `rss ${before.rss} → ${afterwards.rss} MB`,
  )
})
