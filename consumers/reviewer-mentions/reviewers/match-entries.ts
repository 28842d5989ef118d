import { Script } from 'node:vm'
import { createGlobMatcher } from '../../../lib/path-glob.ts'
import type { PathCondition, ReviewerEntry } from './entry.ts'

const matchesAny = (globs: readonly string[], texts: readonly string[]): boolean =>
  globs.some((glob) => texts.some(createGlobMatcher(glob)))

/** The entries whose projects contain this one. */
export const entriesForProject = (
  entries: readonly ReviewerEntry[],
  project: string,
): readonly ReviewerEntry[] => entries.filter(({ projects }) => matchesAny(projects, [project]))

/** Whom a change concerns. */
export interface Matched {
  /** The user names of all entries that match, each once, in the order of the entries. */
  people: string[]
  /** The patterns that were given up, because they took too long. */
  slow: string[]
}

/** All patterns together may take so long, so that those of strangers cannot stop the worker. */
const patternsMs = 500

export const peopleFor = (
  entries: readonly ReviewerEntry[],
  project: string,
  paths: readonly string[],
): Matched => {
  const slow: string[] = []
  const deadline = performance.now() + patternsMs
  const people = new Map<string, string>()
  for (const entry of entriesForProject(entries, project)) {
    if (!matchesPaths(entry.paths, paths, deadline, slow)) continue
    for (const name of entry.people) if (!people.has(name.toLowerCase())) people.set(name.toLowerCase(), name)
  }
  return { people: [...people.values()], slow }
}

const matchesPaths = (
  condition: PathCondition,
  paths: readonly string[],
  deadline: number,
  slow: string[],
): boolean => {
  if (condition.kind === 'all') return true
  if (condition.kind === 'globs') return matchesAny(condition.globs, paths)
  const found = findsPattern(condition, paths, deadline)
  if (found === 'too slow') slow.push(String(condition.pattern))
  return found === true
}

const script = new Script('of === "each" ? paths.every(has) : paths.some(has)')

/** A regular expression can take for ever. Only a context of its own can be stopped. */
const findsPattern = (
  { pattern, of }: Extract<PathCondition, { kind: 'pattern' }>,
  paths: readonly string[],
  deadline: number,
): boolean | 'too slow' => {
  const timeout = Math.ceil(Math.min(100, deadline - performance.now()))
  if (timeout <= 0) return 'too slow'
  try {
    const has = (path: string) => pattern.test(path)
    return script.runInNewContext({ of, paths, has }, { timeout }) as boolean
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'too slow'
    throw error
  }
}
