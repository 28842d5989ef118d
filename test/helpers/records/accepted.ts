import assert from 'node:assert/strict'

/**
 * Asserts that a hook is on its topic, or will be. On a busy machine the brokers may need longer than a hook
 * waits for them, and the ingress spools it.
 *
 * @param outcome in the answer of the ingress
 */
export const assertAccepted = (outcome: unknown, expected: 'published' | 'quarantined' = 'published'): void =>
  assert.ok(outcome === expected || outcome === 'spooled', String(outcome))

/** The answer to a push that is on its topic, or will be. */
export const acceptedPush = /"outcome":"(published|spooled)","event":"push"/
