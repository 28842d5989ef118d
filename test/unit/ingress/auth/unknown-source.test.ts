// A sender without valid credentials must not learn which sources exist.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { createAdmit } from '../../../../ingress/auth/admit.ts'
import { authenticate } from '../../../../ingress/auth/authenticate.ts'
import { createDecoys } from '../../../../ingress/auth/decoys.ts'
import { createFailedLogins, createThrottle } from '../../../../ingress/auth/failed-logins.ts'
import { createSource, type SourceSettings } from '../../../../ingress/auth/source.ts'
import { answerOf, outcomes, type TurnedAway } from '../../../../ingress/outcome.ts'

const nowSeconds = 1_780_000_000
const signingToken = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const body = Buffer.from('{"object_kind":"push"}')
const maxBodyBytes = 1000

/** A signature that has the right form and was made with another key. */
const forged = (timestamp = nowSeconds): IncomingHttpHeaders => {
  const mac = createHmac('sha256', 'another key').update(`msg_1.${timestamp}.`).update(body).digest('base64')
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${mac}` }
}
const tooLong = { 'content-length': String(maxBodyBytes + 1) }

/** Everything a sender without valid credentials can send. */
const requests: Record<string, IncomingHttpHeaders> = {
  'no credentials': {},
  'no credentials, too long': tooLong,
  'an empty token': { 'x-gitlab-token': '' },
  'a wrong token': { 'x-gitlab-token': 'wrong' },
  'a wrong token, too long': { 'x-gitlab-token': 'wrong', ...tooLong },
  'a forged signature': forged(),
  'a forged signature, too long': { ...forged(), ...tooLong },
  'a forged signature and a wrong token': { ...forged(), 'x-gitlab-token': 'wrong' },
  'a stale signature': forged(nowSeconds - 301),
  'a signature of the future': forged(nowSeconds + 301),
  'a timestamp that is not a number': { ...forged(), 'webhook-timestamp': 'now' },
  'a signature of an unknown version': { ...forged(), 'webhook-signature': 'v2,AAAA' },
  'a signature without an id': { ...forged(), 'webhook-id': undefined },
  'a signature without a timestamp': { ...forged(), 'webhook-timestamp': undefined },
}
const addresses: Record<string, { remoteAddress: string; forwarded?: string; trustedProxies: number }> = {
  'an address in the ranges': { remoteAddress: '10.0.0.1', trustedProxies: 0 },
  'an address outside the ranges': { remoteAddress: '203.0.113.1', trustedProxies: 0 },
  'a proxy that names no address': { remoteAddress: '10.0.0.1', trustedProxies: 1 },
  'a proxy that names an address outside': {
    remoteAddress: '10.0.0.1',
    forwarded: '203.0.113.1',
    trustedProxies: 1,
  },
}

const base: SourceSettings = {
  secret_tokens: ['secret'],
  signing_tokens: [],
  require_signature: false,
  allowed_cidrs: [],
}
const configurations: Record<string, Partial<SourceSettings>> = {
  'a token': {},
  'two tokens': { secret_tokens: ['first', 'second'] },
  'a token or a signature': { signing_tokens: [signingToken] },
  'a signature': { secret_tokens: [], signing_tokens: [signingToken], require_signature: true },
  'a token, from a range': { allowed_cidrs: ['10.0.0.0/8'] },
  'a signature, from a range': {
    signing_tokens: [signingToken],
    require_signature: true,
    allowed_cidrs: ['10.0.0.0/8'],
  },
}

/** Everything the sender sees of an answer, for requests to a source by name. */
const answersFrom = (sources: Record<string, Partial<SourceSettings>>) => {
  const configured = Object.entries(sources).map(([name, settings]) =>
    createSource(name, { ...base, ...settings }),
  )
  const decoyOf = createDecoys(configured, Buffer.from('a fixed key'))
  const find = (name: string) => configured.find((source) => source.name === name)

  const refusalOf = (
    name: string,
    headers: IncomingHttpHeaders,
    from: keyof typeof addresses,
  ): TurnedAway => {
    const { remoteAddress = '', forwarded, trustedProxies = 0 } = addresses[from] ?? {}
    const admit = createAdmit({
      sources: { find, decoyOf },
      trustedProxies,
      signatureToleranceMs: 300_000,
      maxBodyBytes,
      now: () => nowSeconds * 1000,
    })
    const request = {
      headers: { ...headers, ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) },
      socket: { remoteAddress },
    } as unknown as IncomingMessage
    const admitted = admit(request, name)
    const result = 'reason' in admitted ? admitted : authenticate(admitted, body)
    assert.ok('reason' in result, `${name} let a stranger in`)
    return result
  }
  /**
   * Every field of the answer, and whether the failure counts towards 429, which the sender sees a little
   * later.
   */
  const answerTo = (name: string, headers: IncomingHttpHeaders, from: keyof typeof addresses) => {
    const refusal = refusalOf(name, headers, from)
    const throttle = createThrottle(createFailedLogins(0, Date.now), 0)
    const later = throttle({ headers: {}, socket: {} } as unknown as IncomingMessage, refusal)
    return {
      status: outcomes[refusal.kind].status,
      body: answerOf(refusal),
      laterStatus: outcomes[later.kind].status,
    }
  }
  const allAnswers = (name: string) =>
    Object.keys(addresses).flatMap((from) =>
      Object.entries(requests).map(([what, headers]) => ({ from, what, ...answerTo(name, headers, from) })),
    )
  return { allAnswers, refusalOf }
}

for (const [what, settings] of Object.entries(configurations)) {
  test(`where every source takes ${what}, an unknown source gives the same answer to every request`, () => {
    const { allAnswers } = answersFrom({ known: settings, other: settings })
    const known = allAnswers('known')
    for (const name of ['unknown', 'default', 'a', '0'])
      for (const [index, answer] of allAnswers(name).entries()) assert.deepEqual(answer, known[index], name)
  })
}

test('where sources differ, each unknown source answers all requests like one of them', () => {
  const { allAnswers } = answersFrom(configurations)
  const ofKnown = new Map(Object.keys(configurations).map((name) => [name, JSON.stringify(allAnswers(name))]))
  const ofUnknown = new Set(
    Array.from({ length: 200 }, (_, number) => JSON.stringify(allAnswers(`unknown-${number}`))),
  )
  assert.deepEqual([...ofUnknown].sort(), [...new Set(ofKnown.values())].sort())
})

test('an unknown name answers a second request like the first', () => {
  const { allAnswers } = answersFrom(configurations)
  for (const name of ['one', 'two', 'three']) assert.deepEqual(allAnswers(name), allAnswers(name))
})

test('where no source is configured, an unknown one answers like a source with a secret token', () => {
  assert.deepEqual(answersFrom({}).allAnswers('unknown'), answersFrom({ known: {} }).allAnswers('known'))
})

test('metrics and log still name an unknown source, whatever the answer was', () => {
  for (const settings of Object.values(configurations)) {
    const { refusalOf } = answersFrom({ known: settings })
    for (const from of Object.keys(addresses))
      for (const headers of Object.values(requests)) {
        assert.equal(refusalOf('unknown', headers, from).rejection, 'unknown_source')
        assert.notEqual(refusalOf('known', headers, from).rejection, 'unknown_source')
      }
  }
})
