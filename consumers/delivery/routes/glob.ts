const known = new Map<string, RegExp>()

/** Whether a text matches a glob, whatever its case: `*` is anything without a slash, `**` anything. */
export const matchesGlob = (glob: string, text: string): boolean => {
  const pattern = known.get(glob) ?? compile(glob)
  known.set(glob, pattern)
  return pattern.test(text)
}

const compile = (glob: string): RegExp => {
  const parts = glob.split(/(\*+|\?)/).map((part) => {
    if (part === '?') return '[^/]'
    if (part === '*') return '[^/]*'
    return /^\*+$/.test(part) ? '.*' : part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`, 'isu')
}
