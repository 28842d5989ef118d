import type { ChatMessage } from '../message/chat-message.ts'
import { type Line, line } from '../text/piece.ts'

/**
 * Shortens a message until it fits. Details are left out first, from the end, then text; the headline with
 * its verdict and the link stay. The message says how much was left out.
 */
export const fitted = (message: ChatMessage, fits: (message: ChatMessage) => boolean): ChatMessage => {
  if (fits(message)) return message
  const withDetails = (kept: number) => ({
    ...message,
    details: [...message.details.slice(0, kept), moreLines(message.details.length - kept)],
  })
  const lines =
    message.custom === undefined ? largest(message.details.length - 1, (kept) => fits(withDetails(kept))) : -1
  if (lines >= 0) return withDetails(lines)
  const bare = {
    ...message,
    details: message.details.length === 0 ? [] : [moreLines(message.details.length)],
  }
  const length = longestText(bare)
  return shortened(
    bare,
    Math.max(
      1,
      largest(length, (most) => fits(shortened(bare, most))),
    ),
  )
}

const moreLines = (count: number): Line => line`… (${String(count)} more ${count === 1 ? 'line' : 'lines'})`

/** The largest number from 0 to `most` that works, if smaller ones do as well; -1 if none does. */
const largest = (most: number, works: (number: number) => boolean): number => {
  let [low, high] = [-1, most]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (works(middle)) low = middle
    else high = middle - 1
  }
  return low
}

const longestText = ({ custom, headline }: ChatMessage): number =>
  Math.max(custom?.length ?? 0, ...headline.map(({ text }) => text.length))

const shortened = (message: ChatMessage, most: number): ChatMessage => ({
  ...message,
  headline: message.headline.map((piece) => ({ ...piece, text: cut(piece.text, most) })),
  ...(message.custom !== undefined && { custom: cut(message.custom, most) }),
})

const cut = (text: string, most: number): string =>
  text.length <= most
    ? text
    : `${text.slice(0, most).toWellFormed().replace(/�$/, '')}… (${text.length - most} more characters)`
