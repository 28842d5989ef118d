import { formatDn } from '../dn/format-dn.ts'
import { parseDn } from '../dn/parse-dn.ts'

/** What a name template may contain: `{slug}` is the full path with `-` in the place of `/`. */
export const namePlaceholders: readonly string[] = ['path', 'slug', 'access']

/** Fills in a name template. */
export const groupName = (template: string, path: string, access: string): string => {
  const values: Readonly<Record<string, string>> = { path, slug: path.replaceAll('/', '-'), access }
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
}

/** The DN of a group with this name. The name may contain any character. */
export const groupDn = (name: string, base: string): string =>
  formatDn([[{ type: 'cn', value: name }], ...parseDn(base)])
