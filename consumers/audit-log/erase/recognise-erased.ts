import { RetriableError } from '../../../lib/errors.ts'
import type { ErasureKey } from './erasure-key.ts'
import { idsNamedIn, unescaped, wordsIn } from './named-in-text.ts'
import { comparable, type ErasedPerson } from './person-digests.ts'

/** `own`: an erased person is actor or subject. `mentions`: the row only mentions the person. */
export type Withheld = 'own' | 'mentions'

/** The columns by which a person is known. */
export interface PersonRow {
  received_at: number
  instance?: unknown
  user_id?: unknown
  user_username?: unknown
  user_name?: unknown
  subject_id?: unknown
  subject_username?: unknown
  subject_name?: unknown
  summary?: unknown
  object_title?: unknown
  ref?: unknown
  project_path?: unknown
  group_path?: unknown
  raw: Buffer | null
}

/** Says whether a row belongs to an erased person, and was received before the erasure. */
export type RecogniseErased = (row: PersonRow) => Withheld | undefined

/**
 * Recognises erased people by their digests.
 *
 * @throws RetriableError while a row may belong to a person whose digests were made with another key
 */
export const createRecogniser = (people: readonly ErasedPerson[], key: ErasureKey): RecogniseErased => {
  const latest = Math.max(0, ...people.map(({ erasedAt }) => erasedAt))
  return (row) => {
    if (row.received_at > latest) return undefined
    const concerned = people.filter(
      ({ erasedAt, digests: { instance } }) =>
        row.received_at <= erasedAt && (instance === null || instance === row.instance),
    )
    if (concerned.length === 0) return undefined
    if (concerned.some(({ digests }) => digests.key !== key.id)) throw new RetriableError(otherKey)
    if (isOwn(row, concerned, key)) return 'own'
    return isMentioned(row, concerned, key) ? 'mentions' : undefined
  }
}

const otherKey =
  'the digests of erased people were made with another key, so nobody knows whether this record names one ' +
  'of them: set AUDIT_LOG_ERASURE_KEY_FILE to the key of `bridge audit erase`'

const isOwn = (row: PersonRow, people: readonly ErasedPerson[], key: ErasureKey): boolean => {
  const has = (kind: 'id' | 'text', list: 'ids' | 'usernames' | 'names', value: unknown) => {
    if (value === null || value === undefined) return false
    const digest = key.digest(kind, comparable(String(value)))
    return people.some(({ digests }) => digests[list].includes(digest))
  }
  const is = (id: unknown, username: unknown, name: unknown) =>
    has('id', 'ids', id) ||
    has('text', 'usernames', username) ||
    ((id ?? null) === null && (username ?? null) === null && has('text', 'names', name))
  return (
    is(row.user_id, row.user_username, row.user_name) ||
    is(row.subject_id, row.subject_username, row.subject_name)
  )
}

const isMentioned = (row: PersonRow, people: readonly ErasedPerson[], key: ErasureKey): boolean => {
  const ids = new Set(people.flatMap(({ digests }) => digests.ids))
  const terms = people.flatMap(({ digests }) => digests.terms)
  const body = row.raw?.toString() ?? ''
  if (ids.size > 0) for (const id of idsNamedIn(body)) if (ids.has(key.digest('id', id))) return true
  const columns = [row.summary, row.object_title, row.ref, row.project_path, row.group_path]
  const text = comparable([unescaped(body), ...columns.map((column) => column ?? '')].join(' '))
  const known = new Set(terms.map(({ digest }) => digest))
  const lengths = [...new Set(terms.map(({ length }) => length))]
  if (lengths.length > 0)
    for (const word of wordsIn(text, lengths)) if (known.has(key.digest('text', word))) return true
  return false
}
