import { slackBlocks, slackSection } from '../budgets.ts'
import type { Line, Piece } from '../text/piece.ts'
import { linesOf } from './marks.ts'
import { jsonRequest, type Target } from './target.ts'

/** https://docs.slack.dev/messaging/formatting-message-text: exactly these three characters are control. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('```', "'''")

const pieceText = ({ text, style, url }: Piece): string => {
  const plain =
    style === 'code' ? text.replaceAll('`', "'") : style === 'bold' ? text.replaceAll('*', '∗') : text
  const shown = escaped(plain)
  const linked =
    url === undefined ? shown : `<${escaped(url).replaceAll('|', '%7C')}|${shown.replaceAll('|', '¦')}>`
  if (shown.trim() === '' || style === undefined) return linked
  return style === 'bold' ? `*${linked}*` : url === undefined ? `\`${linked}\`` : linked
}

const textOf = (line: Line): string => line.map(pieceText).join('')

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } })

/** Incoming webhooks of Slack. Rocket.Chat reads the field `text` of the same request. */
export const slack: Target<'slack'> = {
  type: 'slack',
  canEdit: false,
  repeats: 'visible',
  request: (message, { destination, mentioned }) => {
    const [headline = '', ...details] = linesOf(message).map(textOf)
    const people = mentioned.map((id) => `<@${id}>`).join(' ')
    const first = people === '' ? headline : `${headline} ${people}`
    const sections = [first, details.join('\n')].filter((text) => text.trim() !== '')
    return jsonRequest(destination.url, {
      text: [first, ...details].join('\n'),
      blocks: sections.map(section),
    })
  },
  sizeOf: ({ body }) => {
    const { text, blocks } = JSON.parse(String(body)) as {
      text: string
      blocks: { text: { text: string } }[]
    }
    if (blocks.length > slackBlocks || blocks.some((each) => each.text.text.length > slackSection))
      return Number.POSITIVE_INFINITY
    return text.length
  },
}
