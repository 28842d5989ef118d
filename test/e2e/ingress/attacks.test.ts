// Attacks on the door of a real ingress process. Without servers behind it everything it lets in lies in its spool: after each attack we look there.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import {
  type IngressWithoutServers,
  startIngressWithoutServers,
} from '../../helpers/process/ingress-without-servers.ts'
import { signatureHeaders } from '../../helpers/records/signature-headers.ts'

const token = 'the-token-of-the-door'
const key = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const otherKey = 'whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA='
const body = '{"object_kind":"push","marker":"attack"}'
const mebibyte = 1024 * 1024

// One for each way to be configured; they start side by side.
const [byToken, bySignature, byEither, behindProxy] = await Promise.all([
  startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    INGRESS_FAILED_LOGINS_PER_MINUTE: '100000',
    INGRESS_BODY_TIMEOUT_SECONDS: '1',
    INGRESS_MAX_BODY_BYTES: String(mebibyte),
  }),
  startIngressWithoutServers({
    INGRESS_SIGNING_TOKENS: key,
    INGRESS_SECRET_TOKENS: token,
    INGRESS_REQUIRE_SIGNATURE: 'true',
    INGRESS_FAILED_LOGINS_PER_MINUTE: '100000',
    INGRESS_BODY_TIMEOUT_SECONDS: '1',
    INGRESS_MAX_BODY_BYTES: String(mebibyte),
    INGRESS_UNPROVEN_BYTES: String(mebibyte),
  }),
  startIngressWithoutServers({
    INGRESS_SIGNING_TOKENS: key,
    INGRESS_SECRET_TOKENS: token,
    INGRESS_FAILED_LOGINS_PER_MINUTE: '5',
  }),
  startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    INGRESS_TRUSTED_PROXIES: '1',
    INGRESS_ALLOWED_CIDRS: '34.74.90.64/28,2001:db8::/32',
  }),
])
const all = [byToken, bySignature, byEither, behindProxy]
after(() => Promise.all(all.map((ingress) => ingress.remove())))

type Headers = readonly (readonly [string, string])[]
const tokenHeader: [string, string] = ['X-Gitlab-Token', token]
const send = async (
  ingress: IngressWithoutServers,
  headers: Headers,
  options: Parameters<typeof rawRequest>[2] = {},
  sent: Buffer | string = body,
) =>
  (await sendRaw(ingress.hookUrl, [rawRequest(sent, [...headers, ['Connection', 'close']], options)]))
    .statuses
/** What an action has let in. */
const letInBy = async (ingress: IngressWithoutServers, action: () => Promise<void>): Promise<number> => {
  const before = (await ingress.acceptedHooks()).length
  await action()
  return (await ingress.acceptedHooks()).length - before
}
const nowSeconds = () => Math.floor(Date.now() / 1000)

test('the door opens at all: every attack below fails for its own reason', async () => {
  assert.deepEqual(await send(byToken, [tokenHeader]), [202])
  assert.deepEqual(await send(bySignature, signatureHeaders(key, body)), [202])
  assert.deepEqual(await send(byEither, signatureHeaders(key, body)), [202])
  assert.deepEqual(await send(byEither, [tokenHeader]), [202])
  assert.deepEqual(await send(behindProxy, [tokenHeader, ['X-Forwarded-For', '34.74.90.70']]), [202])
  for (const ingress of all) assert.ok((await ingress.acceptedHooks()).length > 0)
})

test('attack 1, guessing and timing: near misses are answered like any other, word for word', async () => {
  const guesses = [
    'x',
    token.slice(0, -1),
    `${token}x`,
    token.replace(/.$/, 'X'),
    `X${token.slice(1)}`,
    token.toUpperCase(),
    'x'.repeat(8000),
  ]
  const answers = new Set<string>()
  const letIn = await letInBy(byToken, async () => {
    for (const guess of guesses) {
      const { text } = await sendRaw(byToken.hookUrl, [
        rawRequest(body, [
          ['X-Gitlab-Token', guess],
          ['Connection', 'close'],
        ]),
      ])
      answers.add(text.replace(/^Date: .*$/m, ''))
    }
    // A sender that does not exist is no oracle either: it answers in the same words.
  })
  assert.deepEqual([letIn, answers.size], [0, 1])
  assert.match([...answers][0] ?? '', /^HTTP\/1\.1 401 /)
})

test('attack 2, replay: a signed hook is worth nothing once its time is over', async () => {
  const old = signatureHeaders(key, body, { atSeconds: nowSeconds() - 301 })
  const early = signatureHeaders(key, body, { atSeconds: nowSeconds() + 305 })
  const letIn = await letInBy(bySignature, async () => {
    assert.deepEqual(await send(bySignature, old), [401])
    assert.deepEqual(await send(bySignature, early), [401])
  })
  assert.equal(letIn, 0)
  assert.deepEqual(
    await send(bySignature, signatureHeaders(key, body, { atSeconds: nowSeconds() - 200 })),
    [202],
    'inside of the tolerance it is a resend',
  )
})

test('attack 3, a stale signature under a fresh timestamp, and timestamps that are none', async () => {
  const stale = signatureHeaders(key, body, { atSeconds: nowSeconds() - 4000 })
  const refreshed: Headers = stale.map(([name, value]) => [
    name,
    name === 'webhook-timestamp' ? String(nowSeconds()) : value,
  ])
  const letIn = await letInBy(bySignature, async () => {
    assert.deepEqual(await send(bySignature, refreshed), [401])
    const now = String(nowSeconds())
    for (const timestamp of [
      '',
      'now',
      'NaN',
      'Infinity',
      '-1',
      `${now}.0`,
      `+${now}`,
      `0x${nowSeconds().toString(16)}`,
      `${now} 1`,
      '1e9',
      ` ${now}0000`,
    ])
      assert.deepEqual(await send(bySignature, signatureHeaders(key, body, { timestamp })), [401], timestamp)
  })
  assert.equal(letIn, 0)
})

test('attack 4, another body, id or time under a true signature', async () => {
  const headers = signatureHeaders(key, body, { id: 'original' })
  const swapped = (name: string, value: string): Headers =>
    headers.map(([each, old]) => [each, each === name ? value : old])
  const letIn = await letInBy(bySignature, async () => {
    for (const other of [body.replace('attack', 'attacK'), `${body} `, body.slice(1), '', `${body}\0`])
      assert.deepEqual(await send(bySignature, headers, {}, other), [401])
    assert.deepEqual(await send(bySignature, swapped('webhook-id', 'another')), [401])
    assert.deepEqual(await send(bySignature, swapped('webhook-timestamp', String(nowSeconds() - 1))), [401])
    // The parts are joined by a dot: what is moved over it must not verify.
    const moved: Headers = [
      ['webhook-id', `original.${nowSeconds()}`],
      ['webhook-timestamp', String(nowSeconds())],
      ...headers.slice(2),
    ]
    assert.deepEqual(await send(bySignature, moved), [401])
    assert.deepEqual(await send(bySignature, signatureHeaders(otherKey, body)), [401])
  })
  assert.equal(letIn, 0)
})

test('attack 5, a header sent again and again', async () => {
  const good = signatureHeaders(key, body)
  const many = Array.from({ length: 50 }, (): [string, string] => [
    'webhook-signature',
    `v1,${Buffer.alloc(32, 7).toString('base64')}`,
  ])
  assert.equal(
    await letInBy(byToken, async () => {
      assert.deepEqual(await send(byToken, [['X-Gitlab-Token', 'wrong'], tokenHeader]), [401])
      assert.deepEqual(await send(byToken, [tokenHeader, ['X-Gitlab-Token', 'wrong']]), [401])
      assert.deepEqual(await send(byToken, [tokenHeader, tokenHeader]), [401])
    }),
    0,
  )
  assert.equal(
    await letInBy(bySignature, async () => {
      assert.deepEqual(await send(bySignature, many.concat(good.slice(0, 2))), [401])
      assert.deepEqual(await send(bySignature, [['webhook-id', 'other'], ...good]), [401])
    }),
    0,
  )
})

test('attack 6, empty and missing credentials', async () => {
  const letIn = await letInBy(byToken, async () => {
    for (const value of ['', ' ', '\t', 'null', 'undefined', '\0', ','].slice(0, 5))
      assert.deepEqual(await send(byToken, [['X-Gitlab-Token', value]]), [401])
    assert.deepEqual(await send(byToken, []), [401])
    assert.deepEqual(await send(byToken, [['Authorization', `Bearer ${token}`]]), [401])
    assert.deepEqual(await send(byToken, [], { target: `/hooks?X-Gitlab-Token=${token}` }), [401])
  })
  assert.equal(letIn, 0)
  const unsigned = await letInBy(bySignature, async () => {
    for (const signature of [
      '',
      'v1,',
      'v1',
      ',',
      'v1,AAAA',
      `v2,${Buffer.alloc(32).toString('base64')}`,
      `v1a,${Buffer.alloc(32).toString('base64')}`,
    ])
      assert.deepEqual(
        await send(bySignature, [
          ...signatureHeaders(key, body).slice(0, 2),
          ['webhook-signature', signature],
        ]),
        [401],
        signature,
      )
  })
  assert.equal(unsigned, 0)
})

test('attack 7, a spoofed address: what the proxy saw counts, not what was sent to it', async () => {
  const letIn = await letInBy(behindProxy, async () => {
    for (const forwarded of [
      '198.51.100.7',
      '34.74.90.70, 198.51.100.7',
      '34.74.90.70,198.51.100.7,',
      '34.74.90.80',
      '::ffff:198.51.100.7',
      '',
      'localhost',
    ])
      assert.deepEqual(
        await send(behindProxy, [tokenHeader, ['X-Forwarded-For', forwarded]]),
        [403],
        forwarded,
      )
    assert.deepEqual(
      await send(behindProxy, [
        tokenHeader,
        ['X-Forwarded-For', '34.74.90.70'],
        ['X-Forwarded-For', '198.51.100.7'],
      ]),
      [403],
    )
    for (const name of ['X-Real-IP', 'Forwarded', 'X-Client-IP', 'True-Client-IP', 'CF-Connecting-IP'])
      assert.deepEqual(await send(behindProxy, [tokenHeader, [name, '34.74.90.70']]), [403], name)
  })
  assert.equal(letIn, 0)
  for (const forwarded of ['198.51.100.7, 34.74.90.70', '::ffff:34.74.90.70', '2001:db8::7'])
    assert.deepEqual(await send(behindProxy, [tokenHeader, ['X-Forwarded-For', forwarded]]), [202], forwarded)
})

test('attack 8, a body that never comes: with credentials it is given up in time, without them it is not waited for', async () => {
  const letIn = await letInBy(byToken, async () => {
    const drip = [
      rawRequest('', [tokenHeader, ['Content-Length', '1000']], { length: false }),
      ...Array.from({ length: 30 }, () => ['x', 100]).flat(),
    ]
    const slow = await sendRaw(byToken.hookUrl, drip, 8000)
    assert.deepEqual(slow.statuses, [408])
    assert.ok(slow.tookMs > 900 && slow.tookMs < 4000, `${slow.tookMs} ms`)
    const stranger = await sendRaw(
      byToken.hookUrl,
      [rawRequest('', [['Content-Length', '1000']], { length: false })],
      8000,
    )
    assert.deepEqual(stranger.statuses, [401])
    assert.ok(stranger.tookMs < 900, `${stranger.tookMs} ms`)
  })
  assert.equal(letIn, 0)
})

test('attack 9, a body that is too large, with its length and without', async () => {
  const tooMuch = Buffer.alloc(mebibyte + 1, 'x')
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), Buffer.from('\r\n')])
  const chunked: Headers = [tokenHeader, ['Transfer-Encoding', 'chunked']]
  const letIn = await letInBy(byToken, async () => {
    const announced = await sendRaw(byToken.hookUrl, [
      rawRequest('', [tokenHeader, ['Content-Length', String(tooMuch.length)]], { length: false }),
    ])
    assert.deepEqual(announced.statuses, [413])
    const untold = await sendRaw(byToken.hookUrl, [
      rawRequest('', chunked, { length: false }),
      ...Array.from({ length: 40 }, () => chunk),
    ])
    assert.deepEqual(untold.statuses, [413])
    for (const length of ['-1', '1e3', '0x10', '99999999999999999999', '5, 5', '']) {
      const { statuses } = await sendRaw(
        byToken.hookUrl,
        [rawRequest('', [tokenHeader, ['Content-Length', length]], { length: false }), 'end'],
        500,
      )
      assert.ok(statuses.length === 0 || (statuses[0] ?? 0) >= 400, `${length}: ${statuses}`)
    }
  })
  assert.equal(letIn, 0)
})

test('attack 10, paths: no way around the door, and no sender that is not one', async () => {
  const targets = [
    ...[
      '/hooks/../x',
      '//hooks',
      '/hooks//',
      '/hooks/a/b',
      '/hooks/%2e%2e/x',
      '/hooks/..%2fadmin',
      '/hooks%2fdefault',
      '/%68ooks/x/y',
      '/Hooks',
      '/HOOKS/default',
    ],
    ...[
      '/hooks/\u00fcmlaut',
      '/hooks/%C3%BC',
      '/hooks/%00',
      '/hooks/%ff',
      '/hooks/%',
      '/hooks/a%0d%0aX: y',
      '/hooks/__proto__',
      '/hooks/Default',
      '/hooks/a;b',
      '/hooks/*',
    ],
    ...[
      '/metrics',
      '/readyz',
      '/livez',
      '/',
      '*',
      '/hooks/.',
      '/hooks/..',
      `/hooks/${'a'.repeat(64)}`,
      '/hooks/-a',
      'hooks',
      '/hooks\\default',
    ],
  ]
  const letIn = await letInBy(byToken, async () => {
    for (const target of targets) {
      const statuses = await send(byToken, [tokenHeader], { target })
      assert.ok(
        statuses.length === 0 || statuses.every((status) => status >= 400 && status < 500),
        `${target}: ${statuses}`,
      )
    }
    for (const target of [
      '/hooks',
      '/hooks/',
      '/hooks/berlin',
      'http://bridge/hooks',
      'http://elsewhere/hooks/berlin',
      '/hooks?a=b',
      '/hooks#a',
      '/%68ooks',
    ]) {
      const statuses = await send(byToken, [], { target })
      assert.ok(
        statuses.length === 0 || statuses.every((status) => status >= 400 && status < 500),
        `without credentials ${target}: ${statuses}`,
      )
    }
  })
  assert.equal(letIn, 0)
})

test('attack 11, downgrade: where signatures are asked for a token does not do, and a wrong signature is not forgiven for a token', async () => {
  assert.equal(
    await letInBy(bySignature, async () => {
      assert.deepEqual(await send(bySignature, [tokenHeader]), [401])
      assert.deepEqual(await send(bySignature, [tokenHeader, ...signatureHeaders(otherKey, body)]), [401])
      assert.deepEqual(await send(bySignature, [tokenHeader, ['webhook-signature', 'none']]), [401])
      assert.deepEqual(await send(bySignature, [tokenHeader], { target: '/hooks/berlin' }), [401])
    }),
    0,
  )
  assert.equal(
    await letInBy(byEither, async () =>
      assert.deepEqual(await send(byEither, [tokenHeader, ...signatureHeaders(otherKey, body)]), [401]),
    ),
    0,
  )
})

test('attack 12, a flood of wrong credentials: 429 for them, while valid ones from the same address pass', async () => {
  const letIn = await letInBy(byEither, async () => {
    const statuses: number[] = []
    for (let guess = 0; guess < 12; guess++)
      statuses.push(...(await send(byEither, [['X-Gitlab-Token', `guess-${guess}`]])))
    assert.deepEqual(new Set(statuses), new Set([401, 429]))
    assert.deepEqual(statuses.slice(-4), [429, 429, 429, 429])
    assert.deepEqual(await send(byEither, [tokenHeader]), [202])
    assert.deepEqual(await send(byEither, signatureHeaders(key, body)), [202])
    assert.deepEqual(await send(byEither, [['X-Gitlab-Token', 'another guess']]), [429])
  })
  assert.equal(letIn, 2)
})

test('unproven bodies share a budget: strangers with plausible signatures cannot make us hold more', async () => {
  const plausible = (): Headers => [
    ...signatureHeaders(otherKey, 'x'),
    ['Content-Length', String(mebibyte - 1000)],
  ]
  const half = Buffer.alloc(400_000, 'x')
  const letIn = await letInBy(bySignature, async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        sendRaw(bySignature.hookUrl, [rawRequest('', plausible(), { length: false }), half], 4000),
      ),
    )
    const statuses = answers.flatMap((answer) => answer.statuses)
    assert.ok(statuses.filter((status) => status === 503).length >= 3, `${statuses}`)
    assert.ok(
      statuses.every((status) => status === 503 || status === 408),
      `${statuses}`,
    )
  })
  assert.equal(letIn, 0)
  assert.deepEqual(
    await send(bySignature, signatureHeaders(key, body)),
    [202],
    'and what they held is free again',
  )
})

test('connections on which nothing comes do not keep the ingress from stopping', async () => {
  const held = await startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    INGRESS_BODY_TIMEOUT_SECONDS: '1',
    INGRESS_PUBLISH_DEADLINE_SECONDS: '1',
  })
  const silent = [
    '',
    'POST /hooks HTTP/1.1\r\nHost:',
    rawRequest('', [tokenHeader, ['Content-Length', '10']], { length: false }),
  ]
  const answers = silent.map((bytes) => sendRaw(held.hookUrl, [bytes], 60_000))
  await sendRaw(held.hookUrl, [rawRequest(body, [tokenHeader, ['Connection', 'close']])])
  const startedAt = performance.now()
  held.kill('SIGTERM')
  assert.deepEqual(await held.exited, { code: 0, signal: null })
  assert.ok(performance.now() - startedAt < 15_000, `${performance.now() - startedAt} ms`)
  assert.deepEqual(
    (await Promise.all(answers)).map(({ statuses }) => statuses),
    [[], [], [408]],
  )
  assert.equal((await held.acceptedHooks()).length, 1)
  await held.remove()
})

test('nobody’s secret is in what the ingress says, and it says no version', async () => {
  for (const ingress of all)
    assert.doesNotMatch(ingress.lines.join('\n'), new RegExp(`${token}|${key.slice(6)}|guess-`))
  const { text } = await sendRaw(byToken.hookUrl, [rawRequest(body, [['Connection', 'close']])])
  assert.doesNotMatch(text, /express|node|x-powered-by|server:|\bat \//i)
})

test('after all of it every door still works, and none of them has crashed or lost an answer', async () => {
  for (const ingress of all) {
    assert.equal((await fetch(`${ingress.operationsUrl}/livez`)).status, 200)
    assert.equal(await ingress.metric('ingress_in_flight_hooks'), 0)
    assert.doesNotMatch(ingress.lines.join('\n'), /unhandled|uncaught|TypeError|request failed/i)
  }
})
