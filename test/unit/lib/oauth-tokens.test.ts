import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOAuthTokens } from '../../../lib/oauth-tokens.ts'

const settings = {
  ...{ tokenUrl: 'https://idp.invalid/token', clientId: 'bridge', clientSecret: 'hidden' },
  ...{ scope: undefined, audience: undefined, ca: undefined, prefix: 'KAFKA_OAUTH' },
}

/** Tokens that live for 100 seconds, by a clock that the test moves. */
const openTokens = () => {
  const state = { seconds: 0, requests: 0, failure: undefined as Error | undefined, delay: Promise.resolve() }
  const tokens = createOAuthTokens(settings, {
    now: () => state.seconds * 1000,
    request: async () => {
      state.requests++
      const { failure, requests } = state
      await state.delay
      if (failure !== undefined) throw failure
      return { value: `token-${requests}`, lifetimeMs: 100_000, subject: `subject-${requests}` }
    },
  })
  return { tokens, state }
}

test('callers at the same time share one request, and later ones its token', async () => {
  const { tokens, state } = openTokens()
  assert.equal(tokens.subject(), undefined)
  assert.deepEqual(await Promise.all([tokens.current(), tokens.current()]), ['token-1', 'token-1'])
  state.seconds = 74
  assert.equal(await tokens.current(), 'token-1')
  assert.deepEqual([state.requests, tokens.subject()], [1, 'subject-1'])
})

test('a token is renewed before it expires, and not by all processes in the same second', async () => {
  const renewedAt = async () => {
    const { tokens, state } = openTokens()
    await tokens.current()
    for (state.seconds = 70; state.requests === 1; state.seconds += 0.1) await tokens.current()
    return state.seconds
  }
  const times = await Promise.all(Array.from({ length: 20 }, renewedAt))
  assert.ok(
    times.every((time) => time >= 75 && time <= 80.3),
    String(times),
  )
  assert.ok(Math.max(...times) - Math.min(...times) > 0.5, String(times))
})

test('while the identity provider is away, the old token is used until it expires', async () => {
  const { tokens, state } = openTokens()
  await tokens.current()
  state.failure = new Error('away')
  for (state.seconds = 80; state.seconds < 95; state.seconds += 0.1)
    assert.equal(await tokens.current(), 'token-1')
  // With back-off, far fewer requests than calls.
  assert.ok(state.requests > 2 && state.requests < 12, String(state.requests))
  state.seconds = 120
  await assert.rejects(tokens.current(), /away/)
  state.failure = undefined
  await assert.rejects(tokens.current(), /away/)
  state.seconds = 140
  assert.match(await tokens.current(), /^token-\d+$/)
})

test('a renewal that takes long does not delay a login whose token is still valid', async () => {
  const { tokens, state } = openTokens()
  await tokens.current()
  const { promise, resolve } = Promise.withResolvers<void>()
  state.delay = promise
  state.seconds = 85
  assert.equal(await tokens.current(), 'token-1')
  resolve()
  await promise
  state.delay = Promise.resolve()
  assert.equal(await tokens.current(), 'token-2')
})
