import { markdownOf } from './markdown.ts'
import { linesOf } from './marks.ts'
import { jsonRequest, type Target } from './target.ts'

/** 4: the links are not shown as previews. https://docs.discord.com/developers/resources/message */
const suppressEmbeds = 4

/**
 * Webhooks of Discord. `allowed_mentions` decides who is mentioned, whatever the text says. With `wait` the
 * answer holds the message, so that 2xx means that it was posted.
 *
 * https://docs.discord.com/developers/resources/webhook#execute-webhook
 */
export const discord: Target<'discord'> = {
  type: 'discord',
  canEdit: false,
  repeats: 'visible',
  request: (message, { destination, mentioned }) => {
    const people = mentioned.map((id) => `<@${id}>`).join(' ')
    const content = [...linesOf(message).map(markdownOf), ...(people === '' ? [] : [people])].join('\n')
    const url = new URL(destination.url)
    url.searchParams.set('wait', 'true')
    return jsonRequest(url.href, {
      content,
      allowed_mentions: { parse: [], users: mentioned },
      flags: suppressEmbeds,
    })
  },
  sizeOf: ({ body }) => (JSON.parse(String(body)) as { content: string }).content.length,
}
