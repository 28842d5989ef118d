import assert from 'node:assert/strict'

/**
 * Asserts that a hook is on its topic, or will be. On a busy machine the brokers may need longer than a hook
 * waits for them, and the ingress spools it.
 *
 * @param answer the body of the answer of the ingress
 * @param status of the answer, where the test knows it
 */
export const assertAccepted = (
  { outcome, event }: { outcome?: unknown; event?: unknown },
  expectedEvent: string,
  status?: number,
): void => {
  assert.match(String(outcome), /^(published|spooled)$/)
  assert.equal(event, expectedEvent)
  if (status !== undefined) assert.equal(status, outcome === 'spooled' ? 202 : 200)
}
