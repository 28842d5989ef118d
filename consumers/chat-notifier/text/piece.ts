import { visibleText } from '../../event-text/visible-text.ts'

/**
 * A part of a line. `text` is plain text, whoever wrote it: each target escapes it in its own way, and no
 * target reads markup in it.
 */
export interface Piece {
  text: string
  style?: 'bold' | 'code'
  /** Only http and https. */
  url?: string
}

export type Line = readonly Piece[]

/** Makes a line: line`${bold('Ada')} opened ${link('!3', url)}`. Empty and missing pieces are left out. */
export const line = (words: TemplateStringsArray, ...values: (Piece | Line | string | null)[]): Line =>
  words
    .flatMap((word, index): (Piece | Line | string | null)[] => [word, values[index] ?? null])
    .flatMap((value): Line => {
      if (value === null) return []
      if (typeof value === 'string') return [{ text: value }]
      return Array.isArray(value) ? (value as Line) : [value as Piece]
    })
    .map((piece) => ({ ...piece, text: visibleText(piece.text) }))
    .filter(({ text }) => text !== '')
    .reduce<Piece[]>(joined, [])

/** Plain text that follows plain text becomes one piece with it. */
const joined = (before: readonly Piece[], piece: Piece): Piece[] => {
  const last = before.at(-1)
  const isPlain = (each: Piece | undefined) => each?.style === undefined && each?.url === undefined
  if (last === undefined || !isPlain(last) || !isPlain(piece)) return [...before, piece]
  return [...before.slice(0, -1), { text: last.text + piece.text }]
}

export const bold = (text: string): Piece => ({ text, style: 'bold' })
export const code = (text: string): Piece => ({ text, style: 'code' })

/** @param url anything but http and https is left out */
export const link = (text: string, url: string | null | undefined): Piece => ({ text, ...webUrl(url) })

export const codeLink = (text: string, url: string | null | undefined): Piece => ({
  ...link(text, url),
  style: 'code',
})

/** An address that a browser opens as a page. A user can write anything into an address. */
const webUrl = (url: string | null | undefined): { url?: string } => {
  if (url === null || url === undefined || !URL.canParse(url)) return {}
  const { protocol, username, href } = new URL(url)
  return /^https?:$/.test(protocol) && username === '' && href.length <= 2000 ? { url: href } : {}
}

export const plainOf = (pieces: Line): string => pieces.map(({ text }) => text).join('')
