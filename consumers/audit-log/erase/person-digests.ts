import { z } from 'zod'
import type { Person } from '../../personal-data/personal-data.ts'
import type { ErasureKey } from './erasure-key.ts'

const digests = z.array(z.string())

/** What is kept of an erased person: keyed digests, by which records from before the erasure are known. */
export const personDigestsShape = z.object({
  /** The id of the key. */
  key: z.string(),
  /** The instance in which these are the ids and names; null: every instance. */
  instance: z.string().nullable(),
  ids: digests,
  usernames: digests,
  names: digests,
  /** Every text that names the person in a body, with its length, so that it can be found there. */
  terms: z.array(z.object({ length: z.int().min(1), digest: z.string() })),
})

export type PersonDigests = z.output<typeof personDigestsShape>

/** A person who was erased. */
export interface ErasedPerson {
  /** When, in milliseconds since 1970. Records that were received later are not concerned. */
  erasedAt: number
  digests: PersonDigests
}

/** Texts are compared without regard to case. */
export const comparable = (text: string): string => text.toLowerCase()

export const digestsOf = (
  { ids, usernames, emails, names, instance }: Person,
  key: ErasureKey,
): PersonDigests => {
  const text = (value: string) => key.digest('text', comparable(value))
  const terms = [...usernames, ...emails, ...names].map(comparable).filter((term) => term.trim() !== '')
  return {
    key: key.id,
    instance: instance ?? null,
    ids: ids.map((id) => key.digest('id', String(id))),
    usernames: usernames.map(text),
    names: names.map(text),
    terms: [...new Set(terms)].map((term) => ({ length: term.length, digest: text(term) })),
  }
}
