import type { ChatMessage } from '../message/chat-message.ts'
import type { Line } from '../text/piece.ts'

const signs = { good: '✅ ', bad: '❌ ', neutral: '' }

/** The lines of a message: the headline with the sign of its tone, and the details. */
export const linesOf = ({ tone, headline, details, custom, link }: ChatMessage): Line[] => {
  if (custom === undefined) return [[{ text: signs[tone] }, ...headline], ...details]
  const lines = custom.split('\n').map((text): Line => [{ text }])
  return link === '' ? lines : [...lines, [{ text: link, url: link }]]
}
