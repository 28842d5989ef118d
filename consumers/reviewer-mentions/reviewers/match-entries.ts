import { createGlobMatcher } from '../../../lib/path-glob.ts'
import type { PathCondition, ReviewerEntry } from './entry.ts'

const matchesAny = (globs: readonly string[], texts: readonly string[]): boolean =>
  globs.some((glob) => texts.some(createGlobMatcher(glob)))

/** The entries whose projects contain this one. */
export const entriesForProject = (
  entries: readonly ReviewerEntry[],
  project: string,
): readonly ReviewerEntry[] => entries.filter(({ projects }) => matchesAny(projects, [project]))

/** The user names of all entries that match a change, each once, in the order of the entries. */
export const peopleFor = (
  entries: readonly ReviewerEntry[],
  project: string,
  paths: readonly string[],
): string[] => {
  const matching = entriesForProject(entries, project).filter((entry) => matchesPaths(entry.paths, paths))
  const names = matching.flatMap(({ people }) => people)
  return [...new Map(names.toReversed().map((name) => [name.toLowerCase(), name])).values()].toReversed()
}

const matchesPaths = (condition: PathCondition, paths: readonly string[]): boolean =>
  condition.kind === 'all' || matchesAny(condition.globs, paths)
