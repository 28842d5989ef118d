import { markdownOf } from './markdown.ts'
import { linesOf } from './marks.ts'
import { jsonRequest, type Target } from './target.ts'

/**
 * Incoming webhooks of Mattermost. `disable_mentions` keeps every mention out; with people to mention, the
 * word joiners of the text do so alone.
 *
 * https://developers.mattermost.com/integrate/webhooks/incoming/
 */
export const mattermost: Target<'mattermost'> = {
  type: 'mattermost',
  canEdit: false,
  repeats: 'visible',
  request: (message, { destination, mentioned }) => {
    const people = mentioned.map((name) => `@${name}`).join(' ')
    const text = [...linesOf(message).map(markdownOf), ...(people === '' ? [] : [people])].join('\n')
    return jsonRequest(destination.url, {
      text,
      props: people === '' ? { disable_mentions: true } : {},
      ...(destination.channel !== undefined && { channel: destination.channel }),
    })
  },
  sizeOf: ({ body }) => [...(JSON.parse(String(body)) as { text: string }).text].length,
}
