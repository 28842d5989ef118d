import type { Dn, Rdn } from './dn.ts'

/**
 * Writes a distinguished name. What must be escaped is written as hexadecimal digits (`\2C`, and not `\,`),
 * because ldapts divides the new DN of a rename at the first comma without a backslash before it.
 */
export const formatDn = (dn: Dn): string => dn.map(formatRdn).join(',')

export const formatRdn = (rdn: Rdn): string =>
  rdn.map(({ type, value }) => `${type}=${escapeValue(value)}`).join('+')

const escapeValue = (value: string): string =>
  value
    // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL must be escaped in a DN (RFC 4514)
    .replaceAll(/[\u0000"+,;<>\\=]|^[ #]| $/g, (found) => `\\${hexOf(found)}`)

const hexOf = (character: string): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')
