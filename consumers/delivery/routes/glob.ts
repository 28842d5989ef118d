import { pathGlobPattern } from '../../../lib/path-glob.ts'

const known = new Map<string, RegExp>()

/** Whether a text matches a glob of `lib/path-glob.ts`, whatever its case. */
export const matchesGlob = (glob: string, text: string): boolean => {
  const pattern = known.get(glob) ?? new RegExp(pathGlobPattern(glob), 'isu')
  known.set(glob, pattern)
  return pattern.test(text)
}
