import type { Line, Piece } from '../text/piece.ts'

/** Backslashes keep Markdown text as it is. An at sign gets a word joiner, so that it mentions nobody. */
export const escapeMarkdown = (text: string): string =>
  text.replaceAll(/[\\`*_~[\]()<>#|+\-.!:{}^=$"']/g, '\\$&').replaceAll('@', '@\u2060')

const codeText = (text: string): string => `\`${text.replaceAll('`', "'").replaceAll('@', '@\u2060')}\``

const pieceText = ({ text, style, url }: Piece): string => {
  if (text.trim() === '') return text
  const shown = style === 'code' ? codeText(text) : escapeMarkdown(text)
  const styled = style === 'bold' ? `**${shown}**` : shown
  return url === undefined ? styled : `[${styled}](${urlText(url)})`
}

/** An address within Markdown: what could end it is written in hexadecimal. */
const urlText = (url: string): string =>
  url.replaceAll(/[()<>\s\\*_~`|[\]]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`)

export const markdownOf = (line: Line): string => line.map(pieceText).join('')
