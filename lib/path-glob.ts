/**
 * The regular expression of a glob over full paths, which JavaScript and PostgreSQL read alike: `*` stands
 * for a part of one segment, `**` for any number of segments. `group/**` matches everything below the group.
 */
export const pathGlobPattern = (glob: string): string => {
  const parts = glob.toLowerCase().split(/(\*\*|\*)/)
  const pattern = parts.map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : escaped(part)))
  return `^${pattern.join('')}$`
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
