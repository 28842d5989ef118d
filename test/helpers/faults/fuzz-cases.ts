import { rawRequest } from './raw-request.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { Piece } from './send-raw.ts'

/** What is written on one connection. */
export interface FuzzCase {
  name: string
  pieces: Piece[]
  /** The ids of the whole hooks with valid credentials among the bytes: exactly these must be accepted. */
  accepted?: string[]
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
export const fuzzToken = 'the-token-of-the-fuzzer'
const credentials: [string, string] = ['X-Gitlab-Token', fuzzToken]
const closing: [string, string] = ['Connection', 'close']
const idHeader = (id: string): [string, string] => ['Idempotency-Key', id]

/** Makers of cases: each call makes another variant. @param id for the hook of the case */
export const fuzzCases: readonly ((random: SeededRandom, id: string) => FuzzCase)[] = [
  (_, id) => ({
    name: 'a valid hook',
    pieces: [rawRequest(body, [credentials, idHeader(id), closing])],
    accepted: [id],
  }),
  (random, id) => {
    const request = rawRequest(body, [credentials, idHeader(id), closing])
    const cut = 1 + random.below(request.length - 1)
    return {
      name: 'a valid hook in two pieces',
      pieces: [request.subarray(0, cut), random.below(5), request.subarray(cut)],
      accepted: [id],
    }
  },
  (_, id) => {
    const ids = [`${id}-1`, `${id}-2`, `${id}-3`]
    const last = (index: number) => (index === ids.length - 1 ? [closing] : [])
    return {
      name: 'valid hooks in a pipeline',
      pieces: [
        Buffer.concat(
          ids.map((each, index) => rawRequest(body, [credentials, idHeader(each), ...last(index)])),
        ),
      ],
      accepted: ids,
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
      name: 'a valid hook in chunks',
      pieces: [rawRequest('', headers, { length: false }), `${chunks}0\r\n\r\n`],
      accepted: [id],
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
      name: 'a truncated request',
      pieces: [request.subarray(0, random.below(request.length)), random.pick<Piece>(['end', 'reset'])],
    }
  },
  (random, id) => {
    const junk = Array.from({ length: random.below(20) }, (): [string, string] => [
      random.bytes(1 + random.below(10)).toString('latin1'),
      random.bytes(random.below(60)).toString('latin1'),
    ])
    return {
      name: 'random headers, no credentials',
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
      name: 'malformed chunks',
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
      name: 'two lengths, as in request smuggling',
      pieces: [rawRequest('0\r\n\r\nPOST /hooks HTTP/1.1\r\n\r\n', headers), 'end'],
    }
  },
  (random) => ({
    name: 'random bytes',
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
    name: 'too large with its length',
    pieces: [rawRequest('', [credentials, idHeader(id), ['Content-Length', '100001']], { length: false })],
  }),
  (_, id) => ({
    name: 'closed before the answer',
    pieces: [rawRequest('x'.repeat(50_000), [idHeader(id)]), 'reset'],
  }),
]
