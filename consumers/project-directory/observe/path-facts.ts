import { cleanText } from '../../../lib/clean-text.ts'
import type { PathFact } from '../model/path-fact.ts'

/** A fact that tells nothing but what is given. Texts are made fit for PostgreSQL. */
export const pathFact = (given: Pick<PathFact, 'verb' | 'at' | 'lastAt'> & Partial<PathFact>): PathFact => ({
  parentId: null,
  createdAt: null,
  ...given,
  path: cleanText(given.path ?? null),
  oldPath: cleanText(given.oldPath ?? null),
  name: cleanText(given.name ?? null),
  visibility: given.visibility ?? null,
  defaultBranch: cleanText(given.defaultBranch ?? null),
  webUrl: cleanText(given.webUrl ?? null),
})

/** A fact about something that a hook names, but is not about. @param receivedAt milliseconds since 1970 */
export const seenFact = (receivedAt: number, given: Partial<PathFact>): PathFact =>
  pathFact({ ...given, verb: 'seen', at: receivedAt, lastAt: receivedAt })
