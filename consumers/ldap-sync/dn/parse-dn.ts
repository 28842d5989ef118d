import type { AttributeValue, Dn, Rdn } from './dn.ts'

/** The text is not a distinguished name. */
export class DnSyntaxError extends Error {
  override readonly name = 'DnSyntaxError'
}

/**
 * Reads a distinguished name as RFC 4514 writes it, and as servers of RFC 2253 wrote it (values in quotes,
 * spaces around `,` `+` and `=`, `;` between the levels).
 *
 * @throws DnSyntaxError
 */
export const parseDn = (text: string): Dn => {
  if (text.trim() === '') return []
  const rdns: Rdn[] = []
  let rdn: AttributeValue[] = []
  let at = 0
  for (;;) {
    const type = readType(text, at)
    const value = readValue(text, type.end)
    rdn.push({ type: type.text, value: value.text })
    const separator = text[value.end]
    if (separator !== '+') {
      rdns.push(rdn)
      rdn = []
    }
    if (separator === undefined) return rdns
    at = value.end + 1
  }
}

interface Token {
  text: string
  /** The index behind it. */
  end: number
}

const readType = (text: string, from: number): Token => {
  const found = /^\s*((?:oid\.)?(?:[a-z][a-z\d-]*|\d+(?:\.\d+)*))\s*=/i.exec(text.slice(from))
  if (found === null) throw new DnSyntaxError(`"${text}" is not a DN: no attribute at position ${from}`)
  return { text: (found[1] ?? '').replace(/^oid\./i, ''), end: from + found[0].length }
}

const readValue = (text: string, from: number): Token => {
  let at = from
  while (text[at] === ' ') at += 1
  if (text[at] === '#') return readHexValue(text, at + 1)
  if (text[at] === '"') return readQuotedValue(text, at + 1)
  const bytes: number[] = []
  // A space at the end counts only if it is escaped.
  let lastCounting = 0
  while (at < text.length && !',+;'.includes(text[at] ?? '')) {
    const char = text[at] ?? ''
    if ('"<>'.includes(char)) throw new DnSyntaxError(`"${text}" is not a DN: ${char} must be escaped`)
    at = readCharacter(text, at, bytes)
    if (char !== ' ') lastCounting = bytes.length
  }
  return { text: textOf(bytes.slice(0, lastCounting), text), end: at }
}

const readQuotedValue = (text: string, from: number): Token => {
  const bytes: number[] = []
  let at = from
  while (text[at] !== '"') {
    if (at >= text.length) throw new DnSyntaxError(`"${text}" is not a DN: a quote is not closed`)
    at = readCharacter(text, at, bytes)
  }
  return { text: textOf(bytes, text), end: endOf(text, at + 1) }
}

/** `#` and the BER encoding of the value: a tag, a length, and the bytes. */
const readHexValue = (text: string, from: number): Token => {
  const hex = /^(?:[\da-f]{2})+/i.exec(text.slice(from))?.[0] ?? ''
  const encoded = Buffer.from(hex, 'hex')
  const length = encoded[1] ?? 0
  const header = length < 0x80 ? 2 : 2 + (length & 0x7f)
  if (encoded.length < header) throw new DnSyntaxError(`"${text}" is not a DN: # needs hexadecimal digits`)
  return { text: textOf([...encoded.subarray(header)], text), end: endOf(text, from + hex.length) }
}

/** @returns the index behind the character, which may be escaped */
const readCharacter = (text: string, at: number, bytes: number[]): number => {
  if (text[at] !== '\\') {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    bytes.push(...Buffer.from(character))
    return at + character.length
  }
  const hex = /^[\da-f]{2}/i.exec(text.slice(at + 1, at + 3))?.[0]
  if (hex !== undefined) {
    bytes.push(Number.parseInt(hex, 16))
    return at + 3
  }
  const escaped = text[at + 1]
  if (escaped === undefined || !' "#+,;<=>\\'.includes(escaped))
    throw new DnSyntaxError(`"${text}" is not a DN: an escape at position ${at} is not complete`)
  bytes.push(...Buffer.from(escaped))
  return at + 2
}

const endOf = (text: string, from: number): number => {
  let at = from
  while (text[at] === ' ') at += 1
  if (at < text.length && !',+;'.includes(text[at] ?? ''))
    throw new DnSyntaxError(`"${text}" is not a DN: unexpected text at position ${at}`)
  return at
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const textOf = (bytes: readonly number[], text: string): string => {
  try {
    return decoder.decode(Uint8Array.from(bytes))
  } catch {
    throw new DnSyntaxError(`"${text}" is not a DN: a value is not UTF-8`)
  }
}

/** Whether a text is a DN, and not the empty one. */
export const isDn = (text: string): boolean => {
  try {
    return parseDn(text).length > 0
  } catch (error) {
    if (error instanceof DnSyntaxError) return false
    throw error
  }
}
