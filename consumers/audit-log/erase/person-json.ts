import type { Person } from '../../personal-data/personal-data.ts'

/** The argument of audit_log.erase and audit_log.count_person. */
export const personJson = ({ ids, usernames, emails, names, instance }: Person): string => {
  const terms = [...usernames, ...emails, ...names].filter((term) => term.trim() !== '')
  return JSON.stringify({
    ids,
    usernames: usernames.map((name) => name.toLowerCase()),
    names,
    // A body may have letters of other alphabets as they are, in another case, or escaped as JSON allows it.
    terms: [...new Set(terms.flatMap(casesOf).flatMap((term) => [term, escaped(term)]))],
    instance: instance ?? null,
  })
}

/** The database compares letters without regard to case only where they are ASCII. */
const casesOf = (term: string): string[] => [term, term.toLowerCase(), term.toUpperCase()]

const escaped = (term: string): string =>
  JSON.stringify(term)
    .slice(1, -1)
    .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
