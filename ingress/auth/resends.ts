import { hash } from 'node:crypto'

/** Remembers which body came with which id. */
export interface Resends {
  /**
   * Compares a body with the one that last came with the same id, and remembers it. A changed body is worth
   * logging, but it is no attack: GitLab renders a custom template again when it sends a hook again.
   */
  compare(id: string, body: Buffer): 'new' | 'same' | 'changed'
}

/** How many ids are remembered: more than can be expected within the tolerance of a signature's timestamp. */
const maxIds = 50_000

export const createResends = (): Resends => {
  const digests = new Map<string, string>()
  return {
    compare: (id, body) => {
      const digest = hash('sha256', body)
      const known = digests.get(id)
      // A map keeps the order of insertion: the id moves to the end.
      digests.delete(id)
      digests.set(id, digest)
      if (digests.size > maxIds) digests.delete(digests.keys().next().value ?? '')
      if (known === undefined) return 'new'
      return known === digest ? 'same' : 'changed'
    },
  }
}
