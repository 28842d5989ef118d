import { shorten, visibleText } from '../../event-text/visible-text.ts'
import { type Line, link, type Piece } from './piece.ts'

const image = /!\[([^\]\n]{0,200})\]\(([^)\s]{1,1000})\)(?:\{[^}\n]{0,100}\})?/g

/**
 * A text of a user as a line: images become links, and a relative address of an upload is completed with
 * that of its project. All other markup stays text.
 *
 * @param most characters that are shown
 */
export const richText = (text: string | null, projectUrl: string | null | undefined, most = 300): Line => {
  const given = text ?? ''
  const pieces: Piece[] = []
  let end = 0
  for (const match of given.matchAll(image)) {
    pieces.push({ text: given.slice(end, match.index) })
    pieces.push(link(match[1]?.trim() || 'image', completed(match[2] ?? '', projectUrl)))
    end = match.index + match[0].length
  }
  pieces.push({ text: given.slice(end) })
  return shortened(pieces, most)
}

const completed = (address: string, projectUrl: string | null | undefined): string | undefined =>
  address.startsWith('/uploads/') ? (projectUrl ? `${projectUrl}${address}` : undefined) : address

const shortened = (pieces: readonly Piece[], most: number): Line => {
  const result: Piece[] = []
  let rest = most
  for (const piece of pieces) {
    const text = visibleText(piece.text)
    if (text.trim() === '' && result.length === 0) continue
    if (rest <= 0) break
    const shown = [...text].length > rest ? shorten(text, rest) : text
    result.push({ ...piece, text: shown })
    rest -= [...shown].length
  }
  return result
}
