/**
 * The regular expression of a glob over full paths, which JavaScript and PostgreSQL read alike: `*` stands
 * for a part of one segment, `**` for any number of segments. `group/**` matches everything below the group.
 * More asterisks in a row say the same as two: as many parts of a pattern would take for ever to compare.
 */
export const pathGlobPattern = (glob: string): string => {
  const pattern = partsOf(glob).map((part) =>
    isWildcard(part) ? (part === '*' ? '[^/]*' : '.*') : escaped(part),
  )
  return `^${pattern.join('')}$`
}

/**
 * Whether texts match such a glob, whatever their case and with line breaks. A regular expression tries every
 * way to share a text among its asterisks. This looks at each character once for each part of the glob, so
 * that globs of strangers cannot stop the process.
 */
export const createGlobMatcher = (glob: string): ((text: string) => boolean) => {
  const parts = partsOf(glob)
  return (text) => {
    const lower = text.toLowerCase()
    const ends = parts.reduce((starts, part) => endsOf(part, starts, lower), new Set([0]))
    return ends.has(lower.length)
  }
}

/** Where a part can end that begins at one of these places. */
const endsOf = (part: string, starts: ReadonlySet<number>, text: string): Set<number> => {
  const ends = new Set<number>()
  for (const start of starts) {
    if (isWildcard(part)) {
      // From a place that was reached before, everything behind it was reached, too.
      for (let end = start; end <= text.length && !ends.has(end); end += 1) {
        ends.add(end)
        if (part === '*' && text[end] === '/') break
      }
    } else if (text.startsWith(part, start)) ends.add(start + part.length)
  }
  return ends
}

/** Texts and asterisks in turn, in small letters. */
const partsOf = (glob: string): string[] => glob.toLowerCase().split(/(\*+)/)

const isWildcard = (part: string): boolean => part.startsWith('*')

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
