import assert from 'node:assert/strict'

/**
 * Asserts that a hook is on its topic, or will be. On a busy machine the brokers may need longer than a hook
 * waits for them, and the ingress spools it.
 *
 * @param answer of the ingress
 */
export const assertAccepted = (answer: { outcome?: unknown; event?: unknown }, event: string): void => {
  assert.match(String(answer.outcome), /^(published|spooled)$/)
  assert.equal(answer.event, event)
}

/** The answer to a push that is on its topic, or will be. */
export const acceptedPush = /"outcome":"(published|spooled)","event":"push"/
