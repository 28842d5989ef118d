import type { EventType } from '../../../schemas/catalogue.ts'
import { bold, type Line, line } from '../text/piece.ts'
import type { ChatMessage } from './chat-message.ts'
import { counted } from './names.ts'

/** What a digest knows of a message. `message` is missing where only the place of the record was kept. */
export interface DigestItem {
  event: string
  receivedAt: number
  message: ChatMessage | undefined
}

const shownLines = 10

/** One message about many events: how many of each kind, and the headlines of the worst and of the newest. */
export const digestOf = (items: readonly DigestItem[]): ChatMessage => {
  const events = items.reduce((sum, { message }) => sum + (message?.events ?? 1), 0)
  const counts = new Map<string, number>()
  for (const { event } of items) counts.set(event, (counts.get(event) ?? 0) + 1)
  const kinds = [...counts].sort(([, one], [, other]) => other - one)
  const told = items.flatMap(({ message }) => message ?? [])
  const shown = [...told.filter(isBad), ...told.filter((each) => !isBad(each)).reverse()].slice(0, shownLines)
  const first = Math.min(...items.map(({ receivedAt }) => receivedAt))
  const last = Math.max(...items.map(({ receivedAt }) => receivedAt))
  return {
    event: (items.at(-1)?.event ?? 'unknown') as EventType,
    tone: told.some(isBad) ? 'bad' : 'neutral',
    headline: line`${bold(counted(events, 'event'))} from ${clock(first)} to ${clock(last)} UTC, in short`,
    details: [kindsLine(kinds), ...shown.map(headlineOf), ...rest(items.length - shown.length)],
    link: shown[0]?.link ?? '',
    project: '',
    mentions: [],
    events,
    receivedAt: last,
  }
}

const isBad = ({ tone }: ChatMessage): boolean => tone === 'bad'

const headlineOf = ({ custom, headline }: ChatMessage): Line =>
  line`• ${custom === undefined ? headline : custom.slice(0, 200)}`

const rest = (count: number): Line[] => (count > 0 ? [line`• and ${String(count)} more`] : [])

const kindsLine = (kinds: readonly (readonly [string, number])[]): Line => {
  const shown = kinds.slice(0, 12).map(([event, count]) => `${event.replaceAll('_', ' ')}: ${count}`)
  return line`${shown.join(', ')}${kinds.length > 12 ? ', …' : ''}`
}

const clock = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ')

/** Several updates of one merge request or issue, as one message. */
export const mergedOf = (messages: readonly ChatMessage[]): ChatMessage => {
  const last = messages.at(-1)
  if (last === undefined) throw new Error('there is no message to merge')
  const events = messages.reduce((sum, message) => sum + message.events, 0)
  const lines = messages.flatMap(({ details }) => details)
  const unique = new Map(lines.map((each) => [JSON.stringify(each), each]))
  return {
    ...last,
    headline: line`${last.headline} (${counted(events, 'update')})`,
    details: [...unique.values()],
    mentions: [...new Set(messages.flatMap(({ mentions }) => mentions))],
    events,
  }
}
