// How a body names a person: the same rules as audit_log.person_pattern in the database, for digests.

const roles = [
  ...['user', 'author', 'assignee', 'owner', 'reviewer', 'creator', 'approver'],
  ...['updated_by', 'edited_by', 'closed_by', 'confirmed_by', 'dismissed_by', 'resolved_by'],
]

const idFields = new RegExp(`"[a-z_]*(?:${roles.join('|')})[a-z_]*ids?"\\s*:\\s*\\[?([0-9,\\s]*)`, 'gi')

/** The ids of users that a JSON text names. */
export function* idsNamedIn(text: string): Generator<string> {
  for (const [, numbers = ''] of text.matchAll(idFields))
    for (const [id] of numbers.matchAll(/\d+/g)) yield id
}

/** A text without the escapes of JSON, so that a name is found however it is written. */
export const unescaped = (text: string): string =>
  text.replace(/\\(?:u([\da-f]{4})|([bfnrt])|(["\\/]))/gi, (_, unit, space, character) => {
    if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16))
    return space === undefined ? character : ' '
  })

/** Every part of a text that has one of these lengths and is a whole word, or several. */
export function* wordsIn(text: string, lengths: readonly number[]): Generator<string> {
  const seen = new Set<string>()
  for (let start = 0; start < text.length; start++) {
    if (isWord(text.charCodeAt(start - 1))) continue
    for (const length of lengths) {
      const end = start + length
      if (end > text.length || isWord(text.charCodeAt(end))) continue
      const word = text.slice(start, end)
      if (seen.has(word)) continue
      seen.add(word)
      yield word
    }
  }
}

/** Letters of other alphabets end a word, as in the database. The place outside of a text is NaN. */
const isWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95
