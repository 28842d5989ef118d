/** What was joined last. */
let last: { parts: readonly Buffer[]; joined: Buffer } = { parts: [], joined: Buffer.alloc(0) }

/**
 * Joins events for one write. Clients with equal subscriptions get the same events one after the other, and
 * share what was joined for the first of them.
 */
export const joinEvents = (parts: readonly Buffer[], bytes: number): Buffer => {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const isSame = parts.length === last.parts.length && parts.every((part, at) => part === last.parts[at])
  if (!isSame) last = { parts, joined: Buffer.concat(parts, bytes) }
  return last.joined
}
