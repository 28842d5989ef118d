import { type ChatType, chatTypes } from '../../consumers/chat-notifier/budgets.ts'
import { compose } from '../../consumers/chat-notifier/message/compose.ts'
import { markdownOf } from '../../consumers/chat-notifier/targets/markdown.ts'
import { linesOf } from '../../consumers/chat-notifier/targets/marks.ts'
import { eventTypes, type RecordOf } from '../../schemas/catalogue.ts'
import { chatCards } from './chat-cards.ts'
import { readSamples } from './samples.ts'

const files = chatTypes.map((type: ChatType) => `\`${type}\``).join(', ')

const intro = `# Every message of the chat notifier

Generated from the samples in test/fixtures by \`npm run generate\`. This is the text as a chat shows it.
How each service writes it is in a file of \`consumers/chat-notifier/targets/\`: ${files}.

## How a card looks

![A failed job, a pipeline that succeeded and a merge request, each as a card](images/chat-cards.svg)
`

/** The samples whose cards are shown: something good, something bad, and something else. */
const shown = [
  ['job', 'bad'],
  ['pipeline', 'good'],
  ['merge_request', 'neutral'],
] as const

const messagesOfSamples = () => {
  const samples = readSamples()
  return eventTypes.flatMap((event) =>
    (samples.get(event) ?? []).map(({ record }) => ({
      event,
      message: compose({ ...record, eventType: event } as RecordOf, { mention: [], template: undefined }),
    })),
  )
}

/** The image docs/images/chat-cards.svg. */
export const generateChatCards = (): string => {
  const messages = messagesOfSamples()
  return chatCards(
    shown.flatMap(
      ([event, tone]) =>
        messages.find((each) => each.event === event && each.message.tone === tone)?.message ?? [],
    ),
  )
}

/** The page docs/chat-messages.md. */
export const generateChatPage = (): string => {
  const messages = messagesOfSamples()
  const sections = eventTypes.map((event) => {
    const own = messages.filter((each) => each.event === event)
    const quoted = own.map(({ message }) =>
      linesOf(message)
        .map((line) => `> ${markdownOf(line)}`)
        .join('  \n'),
    )
    return `### ${event}\n\n${quoted.join('\n\n---\n\n')}`
  })
  return [intro, '## Messages\n', sections.join('\n\n'), ''].join('\n')
}
