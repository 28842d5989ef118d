import { type ChatType, chatTypes } from '../../consumers/chat-notifier/budgets.ts'
import type { ChatMessage } from '../../consumers/chat-notifier/message/chat-message.ts'
import { compose } from '../../consumers/chat-notifier/message/compose.ts'
import { markdownOf } from '../../consumers/chat-notifier/targets/markdown.ts'
import { linesOf } from '../../consumers/chat-notifier/targets/marks.ts'
import { plainOf } from '../../consumers/chat-notifier/text/piece.ts'
import { eventTypes, type RecordOf } from '../../schemas/catalogue.ts'
import { readSamples } from './samples.ts'

const files = chatTypes.map((type: ChatType) => `\`${type}\``).join(', ')

const intro = `# Every message of the chat notifier

Generated from the samples in test/fixtures by \`npm run generate\`. This is the text as a chat shows it.
How each service writes it is in a file of \`consumers/chat-notifier/targets/\`: ${files}.

## How a card looks
`

/** A message as a card, drawn with characters. */
const pictureOf = (message: ChatMessage): string => {
  const lines = linesOf(message).map((line) => plainOf(line))
  const width = Math.max(...lines.map((text) => text.length)) + 2
  const row = (text: string) => `┃ ${text}${' '.repeat(Math.max(0, width - text.length))}│`
  const rows = [...lines, '', '[ Open in GitLab ]'].map(row)
  return ['```text', `┏${'─'.repeat(width + 1)}┐`, ...rows, `┗${'─'.repeat(width + 1)}┘`, '```'].join('\n')
}

/** The page docs/chat-messages.md. */
export const generateChatPage = (): string => {
  const samples = readSamples()
  const messages = eventTypes.flatMap((event) =>
    (samples.get(event) ?? []).map(({ record }) => ({
      event,
      message: compose({ ...record, eventType: event } as RecordOf, { mention: [], template: undefined }),
    })),
  )
  const failed = messages.find(({ event, message }) => event === 'job' && message.tone === 'bad')
  const sections = eventTypes.map((event) => {
    const own = messages.filter((each) => each.event === event)
    const quoted = own.map(({ message }) =>
      linesOf(message)
        .map((line) => `> ${markdownOf(line)}`)
        .join('  \n'),
    )
    return `### ${event}\n\n${quoted.join('\n\n---\n\n')}`
  })
  const picture = failed === undefined ? '' : pictureOf(failed.message)
  return [intro, picture, '\n## Messages\n', sections.join('\n\n'), ''].join('\n')
}
