import type { ChatMessage, Tone } from '../../consumers/chat-notifier/message/chat-message.ts'
import { linesOf } from '../../consumers/chat-notifier/targets/marks.ts'
import { type Piece, plainOf } from '../../consumers/chat-notifier/text/piece.ts'

const colours: Readonly<Record<Tone, string>> = { good: '#1f883d', bad: '#cf222e', neutral: '#57606a' }

const [padding, lineHeight, gap, characterWidth] = [16, 24, 16, 7.8]
const [buttonHeight, buttonWidth] = [28, 116]

/** Messages as cards, one below the other, as an image in SVG. */
export const chatCards = (messages: readonly ChatMessage[]): string => {
  const longest = Math.max(...messages.flatMap((each) => linesOf(each).map((line) => plainOf(line).length)))
  const width = Math.ceil(longest * characterWidth + 3 * padding)
  let height = 0
  const cards = messages.map((message) => {
    const card = cardOf(message, height, width)
    height += heightOf(message) + gap
    return card
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height - gap}" width="${width}"`,
    '  font-family="system-ui, sans-serif" font-size="14" fill="#1f2328">',
    '  <title>Messages of the chat notifier, as cards</title>',
    ...cards.flat(),
    '</svg>',
    '',
  ].join('\n')
}

const heightOf = (message: ChatMessage): number =>
  linesOf(message).length * lineHeight + buttonHeight + 3 * padding

const cardOf = (message: ChatMessage, top: number, width: number): string[] => {
  const height = heightOf(message)
  const left = 2 * padding
  const end = top + height - padding - buttonHeight
  return [
    `<rect x="0.5" y="${top + 0.5}" width="${width - 1}" height="${height - 1}" rx="6" ` +
      'fill="#ffffff" stroke="#d0d7de"/>',
    `<rect x="0" y="${top}" width="6" height="${height}" rx="3" fill="${colours[message.tone]}"/>`,
    ...linesOf(message).map((line, index) => {
      const bottom = Math.round(top + padding + (index + 0.7) * lineHeight)
      return `<text x="${left}" y="${bottom}" xml:space="preserve">${line.map(spanOf).join('')}</text>`
    }),
    `<rect x="${left}" y="${end}" width="${buttonWidth}" height="${buttonHeight}" rx="4" fill="#f6f8fa" ` +
      'stroke="#d0d7de"/>',
    `<text x="${left + buttonWidth / 2}" y="${end + 19}" text-anchor="middle">Open in GitLab</text>`,
  ]
}

const spanOf = ({ text, style, url }: Piece): string => {
  const attributes = [
    style === 'bold' ? ' font-weight="bold"' : '',
    style === 'code' ? ' font-family="monospace"' : '',
    url === undefined ? '' : ' fill="#0969da"',
  ].join('')
  return `<tspan${attributes}>${escaped(text)}</tspan>`
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
