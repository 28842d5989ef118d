import { hash } from 'node:crypto'

/** Remembers which body came under which id. */
export interface Resends {
  /** GitLab renders a custom template anew when it sends a hook again, so another body under an old id is no attack; it is worth knowing. */
  look(id: string, body: Buffer): 'new' | 'same' | 'changed'
}

/** Ids remembered at a time: more than arrive within the tolerance of a signature at any plausible rate. */
const maxIds = 50_000

export const createResends = (): Resends => {
  const digests = new Map<string, string>()
  return {
    look: (id, body) => {
      const digest = hash('sha256', body)
      const known = digests.get(id)
      digests.delete(id)
      digests.set(id, digest)
      if (digests.size > maxIds) digests.delete(digests.keys().next().value ?? '')
      if (known === undefined) return 'new'
      return known === digest ? 'same' : 'changed'
    },
  }
}
